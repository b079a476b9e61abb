package io.fastvif.plan;

/**
 * How a PCI device was before it was plugged, for it to be left so when it is unplugged.
 *
 * @param driver the driver that had bound it; null for none
 * @param override its {@code driver_override}; null for none
 * @param boundTo the driver that plugging binds it to; null if it leaves the binding alone
 * @param settings what its physical function set of it; null if that is not known, or it is not a
 *     virtual function
 * @param representor the link that stood for it; null for none
 */
public record FormerDevice(
    String driver,
    String override,
    String boundTo,
    VfSettings settings,
    FormerRepresentor representor) {

  /**
   * How a representor was.
   *
   * @param name its name
   * @param mtu in bytes
   * @param up whether it was administratively up
   */
  public record FormerRepresentor(String name, int mtu, boolean up) {}
}
