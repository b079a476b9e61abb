package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Writes what a physical function is to set of one of its virtual functions, into a message that
 * {@link LinkRequest#set(int)} has begun on the physical function's link. Allocates nothing.
 *
 * <p>Equivalent to {@code ip link set PF vf NUMBER ...}. The kernel carries the settings out one by
 * one, and stops at the first that the driver refuses; EOPNOTSUPP if it does not know one.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ip-link.8.html">ip-link(8), struct ifla_vf_*
 *     of linux/if_link.h</a>
 */
public final class VfRequest {
  private static final ValueLayout.OfInt NATIVE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  private static final ValueLayout.OfLong NATIVE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  private static final ValueLayout.OfShort NETWORK_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** {@code struct ifla_vf_mac}: the number, and 32 bytes of address. */
  private static final int MAC_LENGTH = 36;

  private static final int FIRST = 4;
  private static final int SECOND = 8;
  private static final int THIRD = 12;

  /** {@code struct ifla_vf_vlan_info}, its protocol in network order and padded to 4 bytes. */
  private static final int VLAN_INFO_LENGTH = 16;

  /** {@code struct ifla_vf_guid}: the number, and after 4 bytes of padding the GUID. */
  private static final int GUID_LENGTH = 16;

  private final MessageEncoder encoder;
  private final MemorySegment value = MemorySegment.ofArray(new byte[MAC_LENGTH]);

  /**
   * Makes one.
   *
   * @param encoder where the message goes that it adds to
   */
  public VfRequest(MessageEncoder encoder) {
    this.encoder = encoder;
  }

  /**
   * Begins the settings of a virtual function.
   *
   * @param number counted from 0
   */
  public VfRequest begin(int number) {
    value.set(NATIVE_INT, 0, number);
    encoder.beginNested(IFLA_VFINFO_LIST);
    encoder.beginNested(IFLA_VF_INFO);
    return this;
  }

  /**
   * Sets the MAC address: {@code mac ADDRESS}.
   *
   * @param mac the 48 bits, the first byte on the wire in bits 47 to 40
   */
  public VfRequest address(long mac) {
    value.asSlice(FIRST).fill((byte) 0);
    for (int i = 0; i < 6; i++) {
      value.set(ValueLayout.JAVA_BYTE, FIRST + i, (byte) (mac >>> (40 - 8 * i)));
    }
    encoder.putBytes(IFLA_VF_MAC, value, 0, MAC_LENGTH);
    return this;
  }

  /**
   * Sets the 802.1Q VLAN that its frames are put into: {@code vlan ID qos PRIORITY}.
   *
   * @param id 1 to 4094, or 0 for none
   * @param priority 0 to 7
   */
  public VfRequest vlan(int id, int priority) {
    return pair(IFLA_VF_VLAN, id, priority);
  }

  /**
   * Sets the VLAN with its protocol: {@code vlan ID qos PRIORITY proto PROTOCOL}.
   *
   * @param id 1 to 4094, or 0 for none
   * @param priority 0 to 7
   * @param protocol its EtherType, such as ETH_P_8021AD; EPROTONOSUPPORT if the driver cannot
   */
  public VfRequest vlan(int id, int priority, int protocol) {
    encoder.beginNested(IFLA_VF_VLAN_LIST);
    value.set(NATIVE_INT, FIRST, id);
    value.set(NATIVE_INT, SECOND, priority);
    value.set(NATIVE_INT, THIRD, 0);
    value.set(NETWORK_SHORT, THIRD, (short) protocol);
    encoder.putBytes(IFLA_VF_VLAN_INFO, value, 0, VLAN_INFO_LENGTH);
    encoder.endNested();
    return this;
  }

  /**
   * Lets it send from its own address only: {@code spoofchk on}.
   *
   * @param on whether to
   */
  public VfRequest spoofCheck(boolean on) {
    return single(IFLA_VF_SPOOFCHK, on ? 1 : 0);
  }

  /**
   * Lets it ask for all frames and change its address: {@code trust on}.
   *
   * @param on whether to
   */
  public VfRequest trust(boolean on) {
    return single(IFLA_VF_TRUST, on ? 1 : 0);
  }

  /**
   * Sets the state of its link: {@code state auto}.
   *
   * @param state IFLA_VF_LINK_STATE_AUTO, _ENABLE or _DISABLE
   */
  public VfRequest linkState(int state) {
    return single(IFLA_VF_LINK_STATE, state);
  }

  /**
   * Limits its rate of transmission: {@code min_tx_rate MIN max_tx_rate MAX}.
   *
   * @param min what it is guaranteed, in Mbit/s; 0 for nothing
   * @param max in Mbit/s; 0 for no limit
   */
  public VfRequest rate(int min, int max) {
    return pair(IFLA_VF_RATE, min, max);
  }

  /**
   * Lets it read the card's table and key of receive-side scaling: {@code query_rss on}.
   *
   * @param on whether to
   */
  public VfRequest rssQuery(boolean on) {
    return single(IFLA_VF_RSS_QUERY_EN, on ? 1 : 0);
  }

  /**
   * Sets the GUID of its InfiniBand node: {@code node_guid GUID}.
   *
   * @param guid the 64 bits, the byte that is written first in bits 63 to 56
   */
  public VfRequest nodeGuid(long guid) {
    return guid(IFLA_VF_IB_NODE_GUID, guid);
  }

  /**
   * Sets the GUID of its InfiniBand port: {@code port_guid GUID}.
   *
   * @param guid the 64 bits, the byte that is written first in bits 63 to 56
   */
  public VfRequest portGuid(long guid) {
    return guid(IFLA_VF_IB_PORT_GUID, guid);
  }

  private VfRequest guid(int type, long guid) {
    value.set(NATIVE_INT, FIRST, 0);
    value.set(NATIVE_LONG, SECOND, guid);
    encoder.putBytes(type, value, 0, GUID_LENGTH);
    return this;
  }

  private VfRequest single(int type, int setting) {
    value.set(NATIVE_INT, FIRST, setting);
    encoder.putBytes(type, value, 0, SECOND);
    return this;
  }

  private VfRequest pair(int type, int first, int second) {
    value.set(NATIVE_INT, FIRST, first);
    value.set(NATIVE_INT, SECOND, second);
    encoder.putBytes(type, value, 0, SECOND + Integer.BYTES);
    return this;
  }

  /** Ends the settings of the function. */
  public void end() {
    encoder.endNested();
    encoder.endNested();
  }
}
