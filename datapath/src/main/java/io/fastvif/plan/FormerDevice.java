package io.fastvif.plan;

import io.fastvif.vif.MacAddress;

/**
 * How a PCI device was before it was plugged, for it to be left so when it is unplugged.
 *
 * @param driver the driver that had bound it; null for none
 * @param override its {@code driver_override}; null for none
 * @param boundTo the driver that plugging binds it to; null if it leaves the binding alone
 * @param settings what its physical function set of it; null if that is not known, or it is not a
 *     virtual function
 * @param representor the link that stood for it; null for none
 * @param link its own link, in this namespace; null for none
 */
public record FormerDevice(
    String driver,
    String override,
    String boundTo,
    VfSettings settings,
    FormerRepresentor representor,
    FormerLink link) {

  /** One without a link. */
  public FormerDevice(
      String driver,
      String override,
      String boundTo,
      VfSettings settings,
      FormerRepresentor representor) {
    this(driver, override, boundTo, settings, representor, null);
  }

  /**
   * How the device's own link was.
   *
   * @param name its name
   * @param address its MAC address; null where it has none
   * @param mtu in bytes
   * @param up whether it was administratively up
   */
  public record FormerLink(String name, MacAddress address, int mtu, boolean up) {
    /** As a link is now. */
    public static FormerLink of(LinkState link) {
      return new FormerLink(link.name(), link.address(), link.mtu(), link.up());
    }

    @Override
    public String toString() {
      return name
          + (address == null ? "" : " address " + address)
          + " mtu "
          + mtu
          + (up ? " up" : " down");
    }
  }

  /**
   * How a representor was.
   *
   * @param name its name
   * @param mtu in bytes
   * @param up whether it was administratively up
   */
  public record FormerRepresentor(String name, int mtu, boolean up) {}
}
