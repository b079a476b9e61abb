package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;

/**
 * Reads what a physical function says of one of its virtual functions: IFLA_VF_INFO of
 * linux/if_link.h. A flyweight, valid as long as its {@link LinkMessage}.
 */
public final class VfInfo {
  private static final int VALUE = 4;
  private static final int QOS = 8;

  private final AttributeIterator attributes = new AttributeIterator();

  /** Makes one that has nothing to read. */
  public VfInfo() {}

  /**
   * Reads the virtual function that an iterator stands on.
   *
   * @param vfs from {@link LinkMessage#vfs}, after {@code next()}
   * @return this
   */
  public VfInfo wrap(AttributeIterator vfs) {
    vfs.nested(attributes);
    return this;
  }

  /**
   * The function's number.
   *
   * @return 0 and up, or -1 if the kernel did not say
   */
  public int number() {
    return attributes.find(IFLA_VF_MAC) ? attributes.getInt() : -1;
  }

  /**
   * The MAC address that the physical function gave it.
   *
   * @return the 48 bits, the first byte on the wire in bits 47 to 40; 0 if none was given
   */
  public long address() {
    return attributes.find(IFLA_VF_MAC) ? attributes.getMacAddress(VALUE) : 0;
  }

  /**
   * The VLAN that its frames are put into.
   *
   * @return 1 to 4094, or 0 for none
   */
  public int vlan() {
    return attributes.find(IFLA_VF_VLAN) ? attributes.getInt(VALUE) : 0;
  }

  /**
   * The priority that its frames get in that VLAN.
   *
   * @return 0 to 7
   */
  public int qos() {
    return attributes.find(IFLA_VF_VLAN) ? attributes.getInt(QOS) : 0;
  }

  /**
   * Whether it may send only from its own address.
   *
   * @return IFLA_VF_SPOOFCHK
   */
  public boolean isSpoofChecked() {
    // The kernel writes -1 where the driver does not say.
    return attributes.find(IFLA_VF_SPOOFCHK) && attributes.getInt(VALUE) > 0;
  }

  /**
   * Whether it may ask for all frames.
   *
   * @return IFLA_VF_TRUST
   */
  public boolean isTrusted() {
    return attributes.find(IFLA_VF_TRUST) && attributes.getInt(VALUE) > 0;
  }

  /**
   * The state of its link.
   *
   * @return IFLA_VF_LINK_STATE_AUTO, _ENABLE or _DISABLE
   */
  public int linkState() {
    return attributes.find(IFLA_VF_LINK_STATE) ? attributes.getInt(VALUE) : 0;
  }
}
