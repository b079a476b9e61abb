package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;

/**
 * Limits of traffic: libvirt's {@code <bandwidth>}.
 *
 * @param inbound to the guest; null for no limit
 * @param outbound from the guest; null for no limit
 */
public record Bandwidth(Rate inbound, Rate outbound) {

  /**
   * Checks that there is a limit, and a floor only for inbound traffic.
   *
   * @throws InvalidInputException if it is not so
   */
  public Bandwidth {
    if (inbound == null && outbound == null) {
      throw InvalidInputException.of("bandwidth", "is empty", "inbound, outbound or both");
    }
    if (outbound != null && outbound.floor != null) {
      throw Restrictions.violation("bandwidth floor", "outbound traffic");
    }
  }

  /** Whether a rate is guaranteed. */
  boolean hasFloor() {
    return inbound != null && inbound.floor != null;
  }

  /**
   * A limit in one direction. Null is not said.
   *
   * @param average in KiB/s
   * @param peak in KiB/s
   * @param burst what may go at peak rate at once, in KiB
   * @param floor the guaranteed rate in KiB/s
   */
  public record Rate(Integer average, Integer peak, Integer burst, Integer floor) {
    /**
     * Checks the numbers.
     *
     * @throws InvalidInputException if one is below 1, or neither average nor floor is given
     */
    public Rate {
      LibvirtValues.range("bandwidth.average", average, 1, Integer.MAX_VALUE);
      LibvirtValues.range("bandwidth.peak", peak, 1, Integer.MAX_VALUE);
      LibvirtValues.range("bandwidth.burst", burst, 1, Integer.MAX_VALUE);
      LibvirtValues.range("bandwidth.floor", floor, 1, Integer.MAX_VALUE);
      if (average == null && floor == null) {
        throw InvalidInputException.of("bandwidth.average", "is not set", "average or floor");
      }
      if (average == null && (peak != null || burst != null)) {
        throw InvalidInputException.of(
            "bandwidth.average", "is not set", "an average beside peak or burst");
      }
    }
  }
}
