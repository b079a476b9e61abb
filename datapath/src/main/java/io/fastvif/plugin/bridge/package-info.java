/**
 * The plugin {@code linux_bridge}, as os-vif's of that name: makes the network's bridge where the
 * network says so, joins the network's interface (or a VLAN on it) to it, and moves that
 * interface's addresses and gateway routes to the bridge. The VIF's own device is the hypervisor's
 * to make, as with os-vif, unless the option {@code create_port} asks for a tap or a veth pair.
 *
 * <p>os-vif also writes iptables rules where the network does not filter traffic itself; this
 * plugin does not, and its plan says so in a note.
 */
package io.fastvif.plugin.bridge;
