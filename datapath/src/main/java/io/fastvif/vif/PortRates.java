package io.fastvif.vif;

/**
 * The limits of a port's traffic, as its guest sees it.
 *
 * @param toGuest libvirt's {@code inbound}; null for no limit
 * @param fromGuest libvirt's {@code outbound}; null for no limit
 */
public record PortRates(RateLimit toGuest, RateLimit fromGuest) {
  /** No limit in either direction. */
  public static final PortRates UNLIMITED = new PortRates(null, null);

  /** Whether there is a limit. */
  public boolean limits() {
    return toGuest != null || fromGuest != null;
  }

  @Override
  public String toString() {
    return (toGuest == null ? "" : "to the guest " + toGuest)
        + (toGuest == null || fromGuest == null ? "" : ", ")
        + (fromGuest == null ? "" : "from the guest " + fromGuest);
  }
}
