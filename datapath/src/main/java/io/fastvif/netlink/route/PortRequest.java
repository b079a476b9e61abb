package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * Writes what a switch outside is asked for a port, into a message that {@link
 * LinkRequest#set(int)} has begun: IFLA_PORT_SELF for the link itself, IFLA_VF_PORTS for one of its
 * virtual functions or for lldpad. No {@code ip} command does this; libvirt does.
 *
 * <p>Numbers are in the host's byte order, UUIDs in the order that they are written in.
 *
 * @see <a href="https://docs.kernel.org/userspace-api/netlink/intro.html">enum ifla_port and struct
 *     ifla_port_vsi of linux/if_link.h</a>
 */
public final class PortRequest {
  /** The virtual function's number that means the link itself: PORT_SELF_VF of linux/if_link.h. */
  public static final int SELF = -1;

  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt NATIVE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  /** {@code struct ifla_port_vsi}: manager, three bytes of type, version, three of padding. */
  private static final int VSI_LENGTH = 8;

  private static final int UUID_LENGTH = 16;

  /** {@code struct ifla_vf_mac}: the number, and 32 bytes of address. */
  private static final int VF_MAC_LENGTH = 36;

  /** {@code struct ifla_vf_vlan}. */
  private static final int VF_VLAN_LENGTH = 12;

  private final MessageEncoder encoder;
  private final MemorySegment value = MemorySegment.ofArray(new byte[VF_MAC_LENGTH]);
  private boolean listed;

  /**
   * Makes one.
   *
   * @param link the request that it adds to
   */
  public PortRequest(LinkRequest link) {
    encoder = link.encoder;
  }

  /**
   * Says which frames are the port's, as lldpad wants to know them: a list of virtual functions
   * (IFLA_VFINFO_LIST) with one that is the link itself.
   *
   * @param mac the 48 bits, the first byte on the wire in bits 47 to 40
   * @param vlan 1 to 4094, or 0 for none
   */
  public PortRequest filter(long mac, int vlan) {
    encoder.beginNested(IFLA_VFINFO_LIST);
    encoder.beginNested(IFLA_VF_INFO);
    value.fill((byte) 0);
    value.set(NATIVE_INT, 0, SELF);
    for (int i = 0; i < 6; i++) {
      value.set(ValueLayout.JAVA_BYTE, 4 + i, (byte) (mac >>> (40 - 8 * i)));
    }
    encoder.putBytes(IFLA_VF_MAC, value, 0, VF_MAC_LENGTH);
    value.set(NATIVE_INT, 4, vlan);
    value.set(NATIVE_INT, 8, 0);
    encoder.putBytes(IFLA_VF_VLAN, value, 0, VF_VLAN_LENGTH);
    encoder.endNested();
    encoder.endNested();
    return this;
  }

  /** Begins the port of the link itself, for its driver. */
  public PortRequest beginSelf() {
    listed = false;
    encoder.beginNested(IFLA_PORT_SELF);
    return this;
  }

  /**
   * Begins the one port of a list.
   *
   * @param vf the virtual function's number; {@link #SELF} in requests to lldpad
   */
  public PortRequest begin(int vf) {
    listed = true;
    encoder.beginNested(IFLA_VF_PORTS);
    encoder.beginNested(IFLA_VF_PORT);
    encoder.putInt(IFLA_PORT_VF, vf);
    return this;
  }

  /**
   * Names the port profile (802.1Qbh).
   *
   * @param name of up to 39 bytes
   */
  public PortRequest profile(CharSequence name) {
    encoder.putString(IFLA_PORT_PROFILE, name);
    return this;
  }

  /**
   * Says the VSI's type (802.1Qbg).
   *
   * @param manager 0 to 255
   * @param type 24 bits
   * @param version 0 to 255
   */
  public PortRequest vsiType(int manager, int type, int version) {
    value.fill((byte) 0);
    byte[] bytes = {
      (byte) manager, (byte) type, (byte) (type >>> 8), (byte) (type >>> 16), (byte) version
    };
    MemorySegment.copy(bytes, 0, value, ValueLayout.JAVA_BYTE, 0, bytes.length);
    encoder.putBytes(IFLA_PORT_VSI_TYPE, value, 0, VSI_LENGTH);
    return this;
  }

  /**
   * Says the instance: a VSI's, or the guest.
   *
   * @param uuid 128 bits
   */
  public PortRequest instance(UUID uuid) {
    return uuid(IFLA_PORT_INSTANCE_UUID, uuid);
  }

  /**
   * Says the host.
   *
   * @param uuid 128 bits
   */
  public PortRequest host(UUID uuid) {
    return uuid(IFLA_PORT_HOST_UUID, uuid);
  }

  private PortRequest uuid(int type, UUID uuid) {
    value.set(BIG_ENDIAN_LONG, 0, uuid.getMostSignificantBits());
    value.set(BIG_ENDIAN_LONG, Long.BYTES, uuid.getLeastSignificantBits());
    encoder.putBytes(type, value, 0, UUID_LENGTH);
    return this;
  }

  /**
   * Says what is asked for.
   *
   * @param operation PORT_REQUEST_PREASSOCIATE, _PREASSOCIATE_RR, _ASSOCIATE or _DISASSOCIATE
   */
  public PortRequest request(int operation) {
    encoder.putByte(IFLA_PORT_REQUEST, operation);
    return this;
  }

  /** Ends the port. */
  public void end() {
    encoder.endNested();
    if (listed) {
      encoder.endNested();
    }
  }
}
