package io.fastvif.vhostuser.session;

import io.fastvif.vhostuser.memory.Backing;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolFeature;

/**
 * What a backend offers to frontends.
 *
 * @param features the virtio features that the rings understand; {@link
 *     DeviceFeature#PROTOCOL_FEATURES} is added
 * @param protocolFeatures VHOST_USER_PROTOCOL_F_ bits
 * @param queuePairs pairs of rings, 1 to 128: GET_QUEUE_NUM's answer
 * @param backing which files are taken as the guest's memory
 */
public record BackendOptions(
    long features, long protocolFeatures, int queuePairs, Backing backing) {
  /** SET_VRING_KICK has 8 bits for a ring's number. */
  private static final int MAX_PAIRS = 128;

  /** Checks the numbers. */
  public BackendOptions {
    if (queuePairs < 1 || queuePairs > MAX_PAIRS) {
      throw new IllegalArgumentException("1 to 128 pairs of rings, not " + queuePairs);
    }
    if ((protocolFeatures & ~ProtocolFeature.OFFERED) != 0) {
      throw new IllegalArgumentException(
          "there is no " + ProtocolFeature.names(protocolFeatures & ~ProtocolFeature.OFFERED));
    }
    features |= 1L << DeviceFeature.PROTOCOL_FEATURES;
  }

  /**
   * Options with all protocol features, accepting any kind of memory file.
   *
   * @param features the virtio features that the rings understand
   * @param queuePairs pairs of rings, 1 to 128
   * @return the options
   */
  public static BackendOptions of(long features, int queuePairs) {
    return new BackendOptions(features, ProtocolFeature.OFFERED, queuePairs, Backing.ANY_MEMORY);
  }

  /**
   * Returns the number of rings.
   *
   * @return two for each queue pair
   */
  public int rings() {
    return 2 * queuePairs;
  }
}
