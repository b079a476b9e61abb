/**
 * The driver {@code file}: networks described in a JSON file, endpoints plugged on a {@link
 * io.fastvif.VifHost} by the plugins that are installed. Its one option is {@code file.networks},
 * the file's path.
 *
 * <p>The file is UTF-8 and holds one object:
 *
 * <pre>{@code
 * {
 *   "options": {"linux_bridge.network_device_mtu": "1500"},
 *   "networks": {
 *     "blue":  {"kind": "bridge", "bridge": "br-blue", "uplink": "eth1", "vlan": 7, "mtu": 1450},
 *     "green": {"kind": "ovs", "bridge": "br-int"},
 *     "red":   {"kind": "physical", "address": "0000:03:00.0", "mode": "bridge"},
 *     "fast":  {"kind": "sriov", "addresses": ["0000:af:06.0"], "claims": "/run/fastvif/fast"},
 *     "user":  {"kind": "vhost-user", "folder": "/run/vhost", "mode": "server"}
 *   }
 * }
 * }</pre>
 *
 * <p>{@code options} (may be missing) are the plugins' options, over those of the host. Any network
 * may have {@code mtu} (68 to 65535 bytes, 1500 if missing) and {@code hot_plug} (true if missing:
 * endpoints may be attached to a running guest). The rest by kind, required unless it says
 * otherwise:
 *
 * <table>
 *   <caption>Members of a network, by kind</caption>
 *   <tr><th>kind</th><th>gives</th><th>members</th></tr>
 *   <tr><td>bridge</td><td>bridge, tap; plugin linux_bridge</td><td>{@code bridge}: its name;
 *     {@code provide_bridge} (true): make it where it is missing; {@code uplink} (none), only if
 *     the bridge is provided: the host's device on it; {@code vlan} (none), only with an uplink:
 *     join its VLAN 1 to 4094; {@code create_port} (false): make the port of a bridge endpoint too,
 *     not only that of a tap endpoint</td></tr>
 *   <tr><td>ovs</td><td>bridge, tap; plugin ovs</td><td>{@code bridge}: its name;
 *     {@code datapath_type} (system): what the bridge's frames pass through, system for the kernel
 *     or netdev for a process</td></tr>
 *   <tr><td>physical</td><td>macvtap; plugin direct</td><td>{@code address}: of the PCI device;
 *     {@code mode}: vepa or bridge; {@code vlan_device} (none): the device of the VLAN on it
 *     </td></tr>
 *   <tr><td>sriov</td><td>pci-device, macvtap in mode passthrough; plugins hostdev and direct</td>
 *     <td>{@code addresses}: of the virtual functions, at least one; {@code claims}: a folder, made
 *     if missing, where a file for each function that is in use says by which port; {@code vlan}
 *     (none): of each pci-device endpoint</td></tr>
 *   <tr><td>vhost-user</td><td>vhost-user, for guests with shared memory; plugin noop</td><td>
 *     {@code folder}: where the sockets are, {@code PORT.sock} each; {@code mode}: client or server,
 *     the hypervisor's end</td></tr>
 * </table>
 *
 * <p>A vhost-user endpoint is a place for a socket. The plugin {@code vhostuser} would wait for the
 * switch to make it; but whoever asked for the endpoint tells the switch afterwards, so {@code
 * noop} it is.
 *
 * <p>A key that is not here is an error, and so is one that comes twice. All these plugins come
 * with this module; {@code ovs} needs Open vSwitch where the host's configuration says, and {@code
 * physical} and {@code sriov} need the devices at their addresses. Without a network of the kind
 * {@code ovs} the driver does not ask for Open vSwitch's database. Where a plugin is not installed,
 * or finds no device, asking for an endpoint gives an error that says so. What endpoints share,
 * such as a bridge that was provided, stays when they are released.
 *
 * <p>May use: {@code bindings}, {@code driver}, {@code engine}, {@code files}, {@code io.fastvif},
 * {@code json}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.driver.file;
