/**
 * The plugin {@code ovs}: all that os-vif's plugin of that name plugs. A VIFOpenVSwitch is a port
 * of the integration bridge, or of a bridge of its own with a pair of patch ports between; a
 * VIFBridge is plugged hybrid: a Linux bridge of its own for filter rules, and a veth pair from it
 * to Open vSwitch; a VIFVHostUser is a vhost-user port of the userspace datapath; a VIFHostDevice
 * is a port with the virtual function's representor.
 *
 * <p>Rows and devices have os-vif's names and contents, so that what one of both has plugged the
 * other unplugs. Unlike os-vif's, the devices bear the VIF's id as their alias and have no IPv6
 * address of their own, the interfaces bear a mark ({@link io.fastvif.plan.OvsMarks}), and
 * everything that one VIF needs in Open vSwitch goes in one transaction, behind the devices. The
 * options have os-vif's names ({@code os_vif_ovs}); {@code wait_for}, {@code private_key}, {@code
 * certificate} and {@code ca_cert} are new.
 *
 * <p>Each way to plug is a class of its own; all are pure functions like every plugin.
 *
 * <p>May use: {@code host}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.plugin.ovs;
