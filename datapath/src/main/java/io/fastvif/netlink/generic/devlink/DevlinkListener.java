package io.fastvif.netlink.generic.devlink;

/** Told what becomes of devices and ports. */
public interface DevlinkListener {
  /** Everything that was told before is void: what there is now follows. */
  default void onResync() {}

  /**
   * There is a port, or it has changed.
   *
   * @param port all of it
   */
  void onPort(DevlinkPort port);

  /**
   * A port is gone.
   *
   * @param port its place; what else it says is old
   */
  void onPortRemoved(DevlinkPort port);

  /**
   * There is a device.
   *
   * @param device its handle
   */
  default void onDevice(DevlinkHandle device) {}

  /**
   * A device is gone, and its ports with it.
   *
   * @param device its handle
   */
  default void onDeviceRemoved(DevlinkHandle device) {}
}
