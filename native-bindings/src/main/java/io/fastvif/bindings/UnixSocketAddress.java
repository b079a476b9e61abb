package io.fastvif.bindings;

import io.fastvif.bindings.linux.linux_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * {@code struct sockaddr_un} of sys/un.h: the family in 16 bits, and either a path with a zero byte
 * or, in the abstract namespace, a zero byte and a name without one (unix(7)).
 *
 * <pre>
 *   0        2                                      length
 *   +--------+--------------------------------------+
 *   | family | path ... 0   or   0 abstract name    |
 *   +--------+--------------------------------------+
 * </pre>
 */
public final class UnixSocketAddress {
  /** The longest path, without its zero byte; an abstract name may be as long. */
  public static final int MAX_PATH = 107;

  private static final int PATH_OFFSET = 2;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());

  private UnixSocketAddress() {}

  /** How many bytes a path or a name has. */
  public static int length(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * The address of a socket in the file system.
   *
   * @param path 1 to {@link #MAX_PATH} bytes, without a zero byte
   * @return a segment that is as long as the address
   * @throws IllegalArgumentException if the path is not so
   */
  public static MemorySegment ofPath(Arena arena, String path) {
    return of(arena, path, 0, 1);
  }

  /**
   * The address of a socket in the abstract namespace of the network namespace.
   *
   * @param name 1 to {@link #MAX_PATH} bytes, without the zero byte that stands before it
   * @return a segment that is as long as the address
   * @throws IllegalArgumentException if the name is not so
   */
  public static MemorySegment ofAbstract(Arena arena, String name) {
    return of(arena, name, 1, 0);
  }

  private static MemorySegment of(Arena arena, String name, int before, int after) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_PATH || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "a socket's name has 1 to " + MAX_PATH + " bytes and no zero byte: " + name);
    }
    MemorySegment address =
        arena.allocate(PATH_OFFSET + before + bytes.length + after, Short.BYTES);
    address.set(SHORT, 0, (short) linux_h.AF_UNIX);
    MemorySegment.copy(
        bytes, 0, address, ValueLayout.JAVA_BYTE, PATH_OFFSET + before, bytes.length);
    return address;
  }
}
