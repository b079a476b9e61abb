package io.fastvif.plan;

import java.util.Objects;

/**
 * Who has a PCI device for itself, as the host's file of leases says it.
 *
 * @param holder the VIF's id
 * @param reserved whether it was leased before it was plugged, and stays so when it is unplugged
 * @param former how it was before it was plugged; null if it is not plugged
 * @param namespace the network namespace whose host plugged it, by the kernel's own number for it
 *     ({@code Netns.identity()}); null if it is not plugged, or was by a fastvif that did not say
 */
public record DeviceLease(String holder, boolean reserved, FormerDevice former, String namespace) {
  /** Checks that there is a holder. */
  public DeviceLease {
    Objects.requireNonNull(holder);
  }

  /** One that does not say in which namespace it was plugged. */
  public DeviceLease(String holder, boolean reserved, FormerDevice former) {
    this(holder, reserved, former, null);
  }

  /** A lease of a device that is not plugged yet. */
  public static DeviceLease reserved(String holder) {
    return new DeviceLease(holder, true, null);
  }

  /** The same once the device is plugged, by the host of a namespace; null if that is not known. */
  public DeviceLease plugged(FormerDevice before, String by) {
    return new DeviceLease(holder, reserved, before, by);
  }

  /** What is left of it once the device is unplugged; null for nothing. */
  public DeviceLease unplugged() {
    return reserved ? new DeviceLease(holder, true, null) : null;
  }
}
