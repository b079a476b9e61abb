/**
 * What libvirt is told of a VIF: the {@code <interface>} element of a domain.
 *
 * <p>{@link io.fastvif.libvirt.VifForms} turns each VIF with its port profile into one of the five
 * forms that libvirt is configured by (bridge, ethernet, vhostuser, hostdev, direct) or a plain
 * {@code <hostdev>}; {@link io.fastvif.libvirt.HistoricalVifType} does so for the VIF type names
 * from before os-vif. {@link io.fastvif.libvirt.InterfaceOptions} is what all forms have in common;
 * {@link io.fastvif.libvirt.LibvirtInterface} joins both, refuses what a form does not allow, and
 * writes the XML. An operator's {@link io.fastvif.libvirt.Template} takes the place of a form, with
 * values from a {@link io.fastvif.libvirt.VifDriver}.
 *
 * <p>A device that plugging has made already is opened, not made: {@link
 * io.fastvif.vif.HypervisorTask} says which, by plugin, options and profile. libvirt 9.0 refuses to
 * make it again, and deletes it then. What libvirt will not do as it is told is among an
 * interface's notes: names that it takes for its own ({@link io.fastvif.libvirt.TargetNames}), and
 * the MTU of a vhost-user port, with which it does not start the guest ("Cannot set interface MTU
 * on ''"), because there is no device to give it to. Such a guest learns its MTU from DHCP (option
 * 26) or router advertisements; QEMU's own {@code host_mtu} can be set beside the interface, by
 * {@code <qemu:override>} in the domain.
 *
 * <p>A vhost-user port has its name as {@code <target dev>}. When the guest starts, libvirt asks
 * Open vSwitch for the port of the socket and counts that port's traffic: where Open vSwitch knows
 * none, the name is dropped, and libvirt has no counters of the port.
 *
 * <p>The reference is the libvirt driver of OpenStack Nova 26, {@code LibvirtGenericVIFDriver}. Of
 * its 38 kinds of VIFs (by type, VNIC type and details) these are told otherwise, all others the
 * same; a test holds this table:
 *
 * <table>
 * <caption>Differences from Nova</caption>
 * <tr><th>kind</th><th>difference</th><th>reason</th></tr>
 * <tr><td>vhostuser client, vhostuser with a fast path (Linux bridge or Open vSwitch),
 * agilio_ovs virtio-forwarder</td>
 * <td>{@code <reconnect enabled='yes' timeout='1'/>}</td>
 * <td>QEMU connects: without it the guest has no network for good once the backend was started
 * again</td></tr>
 * <tr><td>ovs vdpa</td>
 * <td>hostdev, not {@code <interface type='vdpa'>}</td>
 * <td>os-vif's VIFHostDevice is the same as for a virtual function that is handed over; the vDPA
 * device is known to Nova alone. Such a VIF wants Nova's own XML</td></tr>
 * </table>
 *
 * <p>Model, {@code <driver>}, bandwidth and a virtual function's VLAN are the caller's options, as
 * Nova's come from flavor, image and port. Nova makes the taps of its types tap, midonet and
 * iovisor itself and has libvirt make them again, which libvirt since 6.9 refuses; the plugin
 * {@code tap} makes such a tap here, and then it is opened.
 *
 * <p>What is written passes libvirt's own schema, or is refused before it is written. The XML is
 * written by a class of this package: loading the JDK's would cost every start of the command.
 *
 * <p>May use: {@code provider}, {@code vif}.
 */
package io.fastvif.libvirt;
