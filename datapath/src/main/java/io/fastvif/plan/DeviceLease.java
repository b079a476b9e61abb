package io.fastvif.plan;

import java.util.Objects;

/**
 * Who has a PCI device for itself, as the host's file of leases says it.
 *
 * @param holder the VIF's id
 * @param reserved whether it was leased before it was plugged, and stays so when it is unplugged
 * @param former how it was before it was plugged; null if it is not plugged
 */
public record DeviceLease(String holder, boolean reserved, FormerDevice former) {
  /** Checks that there is a holder. */
  public DeviceLease {
    Objects.requireNonNull(holder);
  }

  /** A lease of a device that is not plugged yet. */
  public static DeviceLease reserved(String holder) {
    return new DeviceLease(holder, true, null);
  }

  /** The same once the device is plugged. */
  public DeviceLease plugged(FormerDevice before) {
    return new DeviceLease(holder, reserved, before);
  }

  /** What is left of it once the device is unplugged; null for nothing. */
  public DeviceLease unplugged() {
    return reserved ? new DeviceLease(holder, true, null) : null;
  }
}
