/**
 * The plugin {@code nested_dpdk}: a VIFNestedDPDK, a device of a virtual machine that a pod's DPDK
 * program drives from user space.
 *
 * <p>The device is leased to the VIF (see {@code io.fastvif.lease}), bound to its driver, verified
 * by sysfs, and described for the pod in a file; releasing it removes the file, binds the device to
 * what it was bound to before and gives the lease back. Kuryr writes into {@code dev_driver} what
 * the device was bound to before, and has the driver of user space in its configuration: that is
 * the option {@code driver} here. Without the option, {@code dev_driver} is the driver that the
 * device gets.
 *
 * <p>The description is what a pod finds by the downward API in the annotation {@code
 * k8s.v1.cni.cncf.io/network-status}: one network with its {@code device-info} of type {@code pci}
 * (Network Plumbing Working Group, device information specification 1.1.0).
 *
 * <p>May use: {@code files}, {@code host}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.plugin.nested;
