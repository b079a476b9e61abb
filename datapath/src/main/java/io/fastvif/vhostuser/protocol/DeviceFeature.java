package io.fastvif.vhostuser.protocol;

import static io.fastvif.bindings.linux.linux_h.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The feature bits of a virtio network device, and those that vhost adds to them. */
public final class DeviceFeature {
  /** VHOST_USER_F_PROTOCOL_FEATURES: there are protocol features to ask for. */
  public static final int PROTOCOL_FEATURES = 30;

  /** VHOST_F_LOG_ALL: writes to the guest's memory are marked in the dirty log. */
  public static final int LOG_ALL = VHOST_F_LOG_ALL;

  /** VIRTIO_F_RING_PACKED: rings are packed ones. */
  public static final int RING_PACKED = VIRTIO_F_RING_PACKED;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(VIRTIO_NET_F_CSUM, "CSUM"),
          Map.entry(VIRTIO_NET_F_GUEST_CSUM, "GUEST_CSUM"),
          Map.entry(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, "CTRL_GUEST_OFFLOADS"),
          Map.entry(VIRTIO_NET_F_MTU, "MTU"),
          Map.entry(VIRTIO_NET_F_MAC, "MAC"),
          Map.entry(VIRTIO_NET_F_GSO, "GSO"),
          Map.entry(VIRTIO_NET_F_GUEST_TSO4, "GUEST_TSO4"),
          Map.entry(VIRTIO_NET_F_GUEST_TSO6, "GUEST_TSO6"),
          Map.entry(VIRTIO_NET_F_GUEST_ECN, "GUEST_ECN"),
          Map.entry(VIRTIO_NET_F_GUEST_UFO, "GUEST_UFO"),
          Map.entry(VIRTIO_NET_F_HOST_TSO4, "HOST_TSO4"),
          Map.entry(VIRTIO_NET_F_HOST_TSO6, "HOST_TSO6"),
          Map.entry(VIRTIO_NET_F_HOST_ECN, "HOST_ECN"),
          Map.entry(VIRTIO_NET_F_HOST_UFO, "HOST_UFO"),
          Map.entry(VIRTIO_NET_F_MRG_RXBUF, "MRG_RXBUF"),
          Map.entry(VIRTIO_NET_F_STATUS, "STATUS"),
          Map.entry(VIRTIO_NET_F_CTRL_VQ, "CTRL_VQ"),
          Map.entry(VIRTIO_NET_F_CTRL_RX, "CTRL_RX"),
          Map.entry(VIRTIO_NET_F_CTRL_VLAN, "CTRL_VLAN"),
          Map.entry(VIRTIO_NET_F_CTRL_RX_EXTRA, "CTRL_RX_EXTRA"),
          Map.entry(VIRTIO_NET_F_GUEST_ANNOUNCE, "GUEST_ANNOUNCE"),
          Map.entry(VIRTIO_NET_F_MQ, "MQ"),
          Map.entry(VIRTIO_NET_F_CTRL_MAC_ADDR, "CTRL_MAC_ADDR"),
          Map.entry(VIRTIO_F_NOTIFY_ON_EMPTY, "NOTIFY_ON_EMPTY"),
          Map.entry(LOG_ALL, "LOG_ALL"),
          Map.entry(VIRTIO_F_ANY_LAYOUT, "ANY_LAYOUT"),
          Map.entry(VIRTIO_RING_F_INDIRECT_DESC, "INDIRECT_DESC"),
          Map.entry(VIRTIO_RING_F_EVENT_IDX, "EVENT_IDX"),
          Map.entry(PROTOCOL_FEATURES, "PROTOCOL_FEATURES"),
          Map.entry(VIRTIO_F_VERSION_1, "VERSION_1"),
          Map.entry(VIRTIO_F_ACCESS_PLATFORM, "ACCESS_PLATFORM"),
          Map.entry(RING_PACKED, "RING_PACKED"),
          Map.entry(VIRTIO_F_IN_ORDER, "IN_ORDER"),
          Map.entry(VIRTIO_F_ORDER_PLATFORM, "ORDER_PLATFORM"),
          Map.entry(VIRTIO_F_SR_IOV, "SR_IOV"),
          Map.entry(VIRTIO_F_RING_RESET, "RING_RESET"),
          Map.entry(VIRTIO_NET_F_NOTF_COAL, "NOTF_COAL"),
          // of newer headers (Linux 6.2)
          Map.entry(54, "GUEST_USO4"),
          Map.entry(55, "GUEST_USO6"),
          Map.entry(56, "HOST_USO"),
          Map.entry(VIRTIO_NET_F_HASH_REPORT, "HASH_REPORT"),
          Map.entry(VIRTIO_NET_F_RSS, "RSS"),
          Map.entry(VIRTIO_NET_F_RSC_EXT, "RSC_EXT"),
          Map.entry(VIRTIO_NET_F_STANDBY, "STANDBY"),
          Map.entry(VIRTIO_NET_F_SPEED_DUPLEX, "SPEED_DUPLEX"));

  private DeviceFeature() {}

  /**
   * Returns whether a feature is in a set.
   *
   * @param features their bits
   * @param feature its number
   * @return whether its bit is set
   */
  public static boolean isIn(long features, int feature) {
    return (features & (1L << feature)) != 0;
  }

  /**
   * The names of features.
   *
   * @param features their bits
   * @return names in the order of the bits; {@code bit40} for one without a name
   */
  public static List<String> names(long features) {
    List<String> names = new ArrayList<>();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if (isIn(features, bit)) {
        names.add(NAMES.getOrDefault(bit, "bit" + bit));
      }
    }
    return names;
  }
}
