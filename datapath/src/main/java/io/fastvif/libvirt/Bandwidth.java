package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import java.util.Map;
import java.util.TreeMap;

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

  /**
   * Returns the options of the plugin {@code vhostuser_fp} that limit a port so, for an interface
   * of libvirt's type {@code vhostuser}: libvirt does not see its frames, and would limit nothing.
   *
   * @return by name, with the plugin's
   * @throws InvalidInputException if a rate is guaranteed, which a forwarder does not
   */
  public Map<String, String> forwarderOptions() {
    if (hasFloor()) {
      throw Restrictions.violation("bandwidth floor", "a forwarder's port");
    }
    Map<String, String> options = new TreeMap<>();
    put(options, "inbound_", inbound);
    put(options, "outbound_", outbound);
    return options;
  }

  private static void put(Map<String, String> options, String direction, Rate rate) {
    if (rate != null) {
      put(options, direction + "average", rate.average);
      put(options, direction + "peak", rate.peak);
      put(options, direction + "burst", rate.burst);
    }
  }

  private static void put(Map<String, String> options, String name, Integer value) {
    if (value != null) {
      options.put("vhostuser_fp." + name, value.toString());
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
