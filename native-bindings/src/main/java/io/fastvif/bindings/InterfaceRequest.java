package io.fastvif.bindings;

/**
 * {@code struct ifreq} ({@code linux/if.h}), for ioctls that name an interface. The generated class
 * makes handles for the elements of its arrays when it is first used, which takes 30 ms of a start.
 *
 * <pre>
 *  0              16                                40
 * +--------------+---------------------------------+
 * | name, zero   | flags (16 bits), index (32), …  |
 * | terminated   |                                 |
 * +--------------+---------------------------------+
 * </pre>
 */
public final class InterfaceRequest {

  /** Bytes of the structure. */
  public static final int SIZE = 40;

  /** Its alignment: it holds pointers. */
  public static final int ALIGNMENT = 8;

  /** Offset of {@code ifr_name}. */
  public static final int NAME_OFFSET = 0;

  /** Bytes of a name with its zero byte: {@code IFNAMSIZ}. */
  public static final int NAME_SIZE = 16;

  /** Offset of {@code ifr_flags}, 16 bits. */
  public static final int FLAGS_OFFSET = 16;

  /** Offset of {@code ifr_ifindex}, 32 bits. */
  public static final int INDEX_OFFSET = 16;

  /** Offset of {@code ifr_data}, a pointer. */
  public static final int DATA_OFFSET = 16;

  private InterfaceRequest() {}
}
