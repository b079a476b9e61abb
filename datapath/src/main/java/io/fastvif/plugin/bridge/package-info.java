/**
 * The plugin {@code linux_bridge}, as os-vif's of that name: makes the network's bridge where the
 * network says so, joins the network's interface (or a VLAN on it) to it, and moves that
 * interface's addresses and gateway routes to the bridge. The VIF's own device is the hypervisor's
 * to make, as with os-vif, unless the option {@code create_port} asks for a tap or a veth pair.
 *
 * <p>Where the VIF says {@code has_traffic_filtering} false, the bridge gets the rules that os-vif
 * writes with iptables, in a chain that iptables' FORWARD jumps to: forward from and to the bridge
 * everything, or with {@code forward_bridge_interface} what comes from or goes to those interfaces
 * or stays on the bridge, and drop the rest. They are for IPv4 only, as os-vif's are. {@code
 * iptables_top_regex} says which rules of FORWARD stay above; the rules of others are not moved, as
 * os-vif would, and a note says so where that makes a difference. os-vif never removes its rules;
 * here they go with the last VIF of the bridge, whichever way that was plugged.
 *
 * <p>For a bridge on a VLAN os-vif's code drops all, whatever the VIF says of filtering; it never
 * comes so far, because every plug of that kind ends with a TypeError in os-vif 3.0.0. Here the
 * rules are written where the VIF says false, with a note.
 *
 * <p>May use: {@code io.fastvif.vif}, {@code io.fastvif.plan}, {@code io.fastvif.plugin}, {@code
 * io.fastvif.host}.
 */
package io.fastvif.plugin.bridge;
