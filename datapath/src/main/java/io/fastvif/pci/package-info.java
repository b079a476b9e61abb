/**
 * PCI devices as sysfs shows them: drivers and binding, IOMMU groups, physical and virtual
 * functions and their number. Nothing else of fastvif reads or writes these files.
 *
 * <p>The kernel binds a device to a driver that knows its ids, or, where {@code driver_override}
 * names one, to that one only. What is bound is therefore a state of two parts, the driver and the
 * override; both are set together and both are restored together. A driver must be loaded before:
 * loading modules is the host's business.
 *
 * <p>Nothing here knows of networks. The root of sysfs is a parameter, so that every case is tested
 * on a made-up tree.
 *
 * <p>May use: {@code bindings}, {@code files}, {@code vif}.
 *
 * @see <a
 *     href="https://www.kernel.org/doc/Documentation/ABI/testing/sysfs-bus-pci">sysfs-bus-pci</a>
 */
package io.fastvif.pci;
