package io.fastvif.plan;

import io.fastvif.vif.PciAddress;
import java.nio.file.Path;

/**
 * A slow step on a device: a card, its functions, their drivers and leases, a macvtap, a link of
 * another namespace.
 */
public sealed interface DeviceStep extends SlowStep
    permits DeviceStep.SetEswitch,
        DeviceStep.BindDriver,
        DeviceStep.SetVfCount,
        DeviceStep.LeaseDevice,
        DeviceStep.DescribeDevice,
        DeviceStep.SetMovedMtu,
        RestoreLink,
        MacvtapStep {

  /**
   * Changes a card's embedded switch. Equivalent to {@code devlink dev eswitch set DEVICE mode MODE
   * inline-mode INLINE encap-mode ENCAP}.
   *
   * @param device its handle, {@code BUS/DEVICE}
   * @param recreateVfs whether the virtual functions are taken away before, and as many made after
   */
  record SetEswitch(String device, EswitchSettings settings, boolean recreateVfs)
      implements DeviceStep {
    @Override
    public String toString() {
      return "set eswitch of "
          + device
          + ":"
          + settings
          + (recreateVfs ? ", with virtual functions made anew" : "");
    }
  }

  /**
   * Binds a PCI device to a driver and leaves its {@code driver_override} as said; that is the
   * whole state, so the device's former state undoes it. Equivalent to {@code driverctl --nosave
   * set-override DEVICE DRIVER} or {@code unset-override DEVICE}.
   *
   * @param device its address
   * @param driver the driver that it shall have, which must be loaded; null for none
   * @param override the only driver that the kernel shall bind it to by itself; null for any that
   *     knows it
   */
  record BindDriver(PciAddress device, String driver, String override) implements DeviceStep {
    @Override
    public String toString() {
      return (driver == null ? "unbind " + device : "bind " + device + " to " + driver)
          + (override == null ? "" : " driver_override " + override);
    }
  }

  /**
   * Sets the number of virtual functions of a physical one, removing existing ones first, because
   * the kernel changes the number from and to 0 only. Equivalent to {@code echo COUNT >
   * /sys/bus/pci/devices/DEVICE/sriov_numvfs}.
   *
   * @param device the physical function's address
   * @param count how many
   */
  record SetVfCount(PciAddress device, int count) implements DeviceStep {
    @Override
    public String toString() {
      return "set sriov_numvfs of " + device + " to " + count;
    }
  }

  /**
   * Changes who has a PCI device, in the host's file of leases, and how the device was before it
   * was plugged. Fails if the lease is not as it was seen any more: somebody else was there first.
   *
   * @param device its address
   * @param seen the lease as it is; null for none
   * @param wanted the lease as it shall be; null for none
   */
  record LeaseDevice(PciAddress device, DeviceLease seen, DeviceLease wanted)
      implements DeviceStep {
    @Override
    public String toString() {
      if (wanted == null) {
        return "give back " + device;
      }
      boolean remembers = wanted.former() != null && (seen == null || seen.former() == null);
      return "lease "
          + device
          + " to "
          + wanted.holder()
          + (remembers ? ", and remember how it is" : "");
    }
  }

  /**
   * Sets the MTU of a link of another namespace; nothing if it is gone. Equivalent to {@code ip -n
   * NETNS link set NAME mtu MTU}.
   *
   * @param link with the MTU that it shall have
   */
  record SetMovedMtu(MovedLinks.MovedLink link) implements DeviceStep {
    @Override
    public String toString() {
      return "set " + link + ": mtu " + link.mtu();
    }
  }

  /**
   * Writes the file that tells a pod's program of its device, or removes it; nothing if it is so
   * already.
   *
   * @param file its path, in a folder that is made if it is missing
   * @param text what it shall hold; null if it shall be gone
   */
  record DescribeDevice(Path file, String text) implements DeviceStep {
    @Override
    public String toString() {
      return text == null ? "remove " + file : "write " + file + ": " + text.strip();
    }
  }
}
