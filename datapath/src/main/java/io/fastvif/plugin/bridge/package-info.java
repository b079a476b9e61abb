/**
 * The plugin {@code linux_bridge}, as os-vif's of that name: makes the network's bridge where the
 * network says so, joins the network's interface (or a VLAN on it) to it, and moves to the bridge
 * what hangs on that interface. The VIF's own device is the hypervisor's to make, as with os-vif,
 * unless the option {@code create_port} asks for a tap or a veth pair.
 *
 * <p>os-vif moves IPv4 addresses that are neither secondary nor dynamic, and IPv4 routes with a
 * gateway, and loses the rest. This plugin moves addresses, routes of all tables, next hop objects,
 * rules and set neighbours, of IPv4 and IPv6, with all their attributes, and refuses an uplink of
 * which something cannot be moved, or that is a port of another bridge, from which os-vif takes it
 * away. The bridge gets the uplink's MAC address and keeps it. It gets IPv6, which os-vif switches
 * off, only if an IPv6 address or route that somebody gave the uplink needs it; what the kernel
 * alone has given it, a link-local address and what routers advertise, stays there otherwise.
 *
 * <p>A plug that fails puts everything back where it was, as it was, unless another VIF uses the
 * bridge by then. Unplugging leaves the bridge, its uplink and what was moved, as os-vif does: it
 * only ends a move that was broken off, forwards if the uplink has joined the bridge, otherwise
 * backwards. Whatever is plugged into such a bridge or unplugged next does so, also for a network
 * that names no uplink or another one. Whoever takes the bridge away configures the uplink anew.
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
 * <p>May use: {@code host}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.plugin.bridge;
