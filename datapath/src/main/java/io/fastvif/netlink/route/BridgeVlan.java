package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import java.util.ArrayList;
import java.util.List;

/**
 * A VLAN of a bridge's port.
 *
 * @param id 1 to 4094
 * @param isNative whether frames that come without a tag belong to it; of one VLAN of a port at
 *     most
 * @param isUntagged whether its frames leave by the port without a tag
 * @see <a href="https://man7.org/linux/man-pages/man8/bridge.8.html">bridge(8),
 *     linux/if_bridge.h</a>
 */
public record BridgeVlan(int id, boolean isNative, boolean isUntagged) {
  /** The highest id that a frame may have; 4095 is reserved (IEEE 802.1Q). */
  public static final int MAX_ID = 4094;

  /** Checks the id. */
  public BridgeVlan {
    if (id < 1 || id > MAX_ID) {
      throw new IllegalArgumentException("a VLAN is one of 1 to " + MAX_ID + ", not " + id);
    }
  }

  /** One whose frames have its tag. */
  public static BridgeVlan tagged(int id) {
    return new BridgeVlan(id, false, false);
  }

  /** One whose frames have no tag, neither when they come nor when they leave. */
  public static BridgeVlan untagged(int id) {
    return new BridgeVlan(id, true, true);
  }

  int flags() {
    return (isNative ? BRIDGE_VLAN_INFO_PVID : 0) | (isUntagged ? BRIDGE_VLAN_INFO_UNTAGGED : 0);
  }

  /**
   * Reads those that {@link BridgeVlanRequest#dump()} has asked for.
   *
   * @param attributes those in IFLA_AF_SPEC
   * @return by their ids; none if the link is not a bridge, nor a port of one
   */
  static List<BridgeVlan> read(AttributeIterator attributes) {
    List<BridgeVlan> vlans = new ArrayList<>();
    int first = 0;
    while (attributes.next()) {
      if (attributes.type() == IFLA_BRIDGE_VLAN_INFO) {
        int info = attributes.getInt();
        int flags = BridgeVlanRequest.flags(info);
        int id = BridgeVlanRequest.id(info);
        if ((flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) != 0) {
          first = id;
          continue;
        }
        boolean isRange = (flags & BRIDGE_VLAN_INFO_RANGE_END) != 0;
        for (int one = isRange ? first : id; one <= id; one++) {
          vlans.add(
              new BridgeVlan(
                  one,
                  (flags & BRIDGE_VLAN_INFO_PVID) != 0,
                  (flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0));
        }
      }
    }
    return vlans;
  }
}
