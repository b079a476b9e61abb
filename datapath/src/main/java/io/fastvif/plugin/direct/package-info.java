/**
 * The plugin {@code direct}: a VIFDirect becomes a macvtap on a device of the host, which the
 * hypervisor opens as {@code /dev/tapINDEX}. os-vif has no plugin for this VIF; libvirt makes such
 * a macvtap itself, and what is done here is what it does.
 *
 * <p>The device is the network device of the PCI device at {@code dev_address}, a physical or
 * virtual function or any other, or the VLAN {@code vlan_name} on it. A VLAN that is missing is
 * made if the network says so ({@code should_provide_vlan}); it stays, as bridges do, because
 * others may have come to use it. A device that is down is brought up, with an alias that says so
 * if it has none; when the last macvtap leaves, it goes down and loses the alias. A VLAN that stays
 * keeps it up.
 *
 * <p>In mode passthrough the kernel gives the device the guest's address and makes it promiscuous,
 * and takes both back when the macvtap goes. A virtual function is not made promiscuous: its card
 * brings it the frames for its address, and refuses it all others unless it is trusted. The option
 * {@code promiscuous} overrides that. An address that the physical function has set for the virtual
 * one is left: drivers differ in whether the function may have another then.
 *
 * <p>os-vif knows no mode private; the option {@code private} makes it of mode bridge.
 *
 * <p>May use: {@code host}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.plugin.direct;
