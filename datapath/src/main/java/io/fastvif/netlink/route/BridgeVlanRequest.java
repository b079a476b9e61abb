package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import java.nio.ByteOrder;
import java.util.SortedMap;

/**
 * Writes requests on the VLANs of bridges' ports. A VLAN, or the first and the last of a range, is
 * a {@code struct bridge_vlan_info} of linux/if_bridge.h.
 *
 * <pre>
 *   0                               2                               4
 *  +-------------------------------+-------------------------------+
 *  |             flags             |              vid              |
 *  +-------------------------------+-------------------------------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/bridge.8.html">bridge(8)</a>
 */
public final class BridgeVlanRequest extends RtnetlinkRequest {
  private static final boolean IS_LITTLE_ENDIAN =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private boolean isOpen;

  /** Makes requests in that buffer. */
  public BridgeVlanRequest(MessageEncoder encoder) {
    super(encoder);
  }

  /**
   * Begins to add VLANs to a port; one that it has gets those flags. Equivalent to {@code bridge
   * vlan add dev NAME vid ID [pvid] [untagged]} for each. EOPNOTSUPP where the kernel has no
   * CONFIG_BRIDGE_VLAN_FILTERING.
   *
   * @param index of the port
   * @param vlans by their ids
   */
  public BridgeVlanRequest add(int index, SortedMap<Integer, BridgeVlan> vlans) {
    begin(RTM_SETLINK, index);
    BridgeVlan first = null;
    BridgeVlan last = null;
    for (BridgeVlan vlan : vlans.values()) {
      boolean goesOn =
          last != null
              && vlan.id() == last.id() + 1
              && !vlan.isNative()
              && vlan.flags() == first.flags();
      if (!goesOn) {
        put(first, last);
        first = vlan;
      }
      last = vlan;
    }
    put(first, last);
    return this;
  }

  /**
   * Begins to take all VLANs off a port; that it has none is no error. Equivalent to {@code bridge
   * vlan del dev NAME vid 1-4094}.
   *
   * @param index of the port
   */
  public BridgeVlanRequest deleteAll(int index) {
    begin(RTM_DELLINK, index);
    put(BridgeVlan.tagged(1), BridgeVlan.tagged(BridgeVlan.MAX_ID));
    return this;
  }

  /**
   * Begins to read the VLANs of all bridges and their ports, as {@link LinkMessage#bridgeVlans()}
   * then has them. Equivalent to {@code bridge -compressvlans vlan show}.
   */
  public BridgeVlanRequest dump() {
    beginDump(RTM_GETLINK, InterfaceInfo.LENGTH);
    encoder.setHeaderByte(InterfaceInfo.FAMILY, AF_BRIDGE);
    encoder.putInt(IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
    isOpen = false;
    return this;
  }

  @Override
  public boolean end() {
    if (isOpen) {
      encoder.endNested();
      isOpen = false;
    }
    return super.end();
  }

  private void begin(int type, int index) {
    beginAcknowledged(type, 0, InterfaceInfo.LENGTH);
    encoder.setHeaderByte(InterfaceInfo.FAMILY, AF_BRIDGE);
    encoder.setHeaderInt(InterfaceInfo.INDEX, index);
    encoder.beginNested(IFLA_AF_SPEC);
    isOpen = true;
  }

  private void put(BridgeVlan first, BridgeVlan last) {
    if (first == null) {
      return;
    }
    int flags = first.flags();
    if (first.id() == last.id()) {
      put(flags, first.id());
    } else {
      put(flags | BRIDGE_VLAN_INFO_RANGE_BEGIN, first.id());
      put(flags | BRIDGE_VLAN_INFO_RANGE_END, last.id());
    }
  }

  private void put(int flags, int id) {
    encoder.putInt(IFLA_BRIDGE_VLAN_INFO, IS_LITTLE_ENDIAN ? id << 16 | flags : flags << 16 | id);
  }

  /** The flags of a VLAN that was read as a number in the host's byte order. */
  static int flags(int info) {
    return IS_LITTLE_ENDIAN ? info & 0xffff : info >>> 16;
  }

  /** The id of a VLAN that was read as a number in the host's byte order. */
  static int id(int info) {
    return IS_LITTLE_ENDIAN ? info >>> 16 : info & 0xffff;
  }
}
