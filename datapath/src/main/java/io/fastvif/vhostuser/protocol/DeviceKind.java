package io.fastvif.vhostuser.protocol;

import static io.fastvif.bindings.linux.linux_h.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The kind of virtio device behind a backend. The protocol has no request for it, and feature bits
 * 0 to 23 have a different meaning for each kind, so it is inferred from what is offered.
 */
public enum DeviceKind {
  /** A network device. */
  NETWORK,

  /** A block device. */
  BLOCK,

  /** Another one, such as a file system, or one that does not show what it is. */
  OTHER;

  /** The features that belong to a kind: bits 0 to 23 (virtio 1.2, 2.2). */
  private static final int OWN_BITS = 24;

  private static final long OWN_MASK = (1L << OWN_BITS) - 1;

  /** Of linux/virtio_blk.h, whose numbers are not among the bindings. */
  private static final Map<Integer, String> BLOCK_NAMES =
      Map.ofEntries(
          Map.entry(1, "SIZE_MAX"),
          Map.entry(2, "SEG_MAX"),
          Map.entry(4, "GEOMETRY"),
          Map.entry(5, "RO"),
          Map.entry(6, "BLK_SIZE"),
          Map.entry(9, "FLUSH"),
          Map.entry(10, "TOPOLOGY"),
          Map.entry(11, "CONFIG_WCE"),
          Map.entry(12, "MQ"),
          Map.entry(13, "DISCARD"),
          Map.entry(14, "WRITE_ZEROES"),
          Map.entry(16, "SECURE_ERASE"),
          Map.entry(17, "ZONED"));

  /** What only a network device has of these bits, or its MTU and its announcement. */
  private static final long OF_NETWORK =
      1L << VIRTIO_NET_F_CTRL_RX
          | 1L << VIRTIO_NET_F_GUEST_ANNOUNCE
          | 1L << VIRTIO_NET_F_MQ
          | 1L << VIRTIO_NET_F_CTRL_MAC_ADDR
          | 1L << VIRTIO_NET_F_MRG_RXBUF;

  /**
   * Infers the kind from what is offered. A network device's configuration belongs to the frontend,
   * so its backend does not offer CONFIG; all other kinds that have a configuration do.
   *
   * @param features the virtio features
   * @param protocolFeatures VHOST_USER_PROTOCOL_F_ bits
   */
  public static DeviceKind of(long features, long protocolFeatures) {
    if (ProtocolFeature.MTU.isIn(protocolFeatures) || ProtocolFeature.RARP.isIn(protocolFeatures)) {
      return NETWORK;
    }
    if (ProtocolFeature.CONFIG.isIn(protocolFeatures)) {
      boolean named = (features & OWN_MASK) != 0;
      for (int bit = 0; bit < OWN_BITS; bit++) {
        named &= !DeviceFeature.isIn(features, bit) || BLOCK_NAMES.containsKey(bit);
      }
      return named ? BLOCK : OTHER;
    }
    return (features & OF_NETWORK) != 0 ? NETWORK : OTHER;
  }

  /**
   * The names of a device's features.
   *
   * @param features their bits
   * @return names in the order of the bits; {@code bit40} for one without a name
   */
  public List<String> names(long features) {
    if (this == NETWORK) {
      return DeviceFeature.names(features);
    }
    List<String> names = new ArrayList<>();
    for (int bit = 0; bit < OWN_BITS; bit++) {
      if (DeviceFeature.isIn(features, bit)) {
        String unnamed = "bit" + bit;
        names.add(this == BLOCK ? BLOCK_NAMES.getOrDefault(bit, unnamed) : unnamed);
      }
    }
    names.addAll(DeviceFeature.names(features & ~OWN_MASK));
    return names;
  }
}
