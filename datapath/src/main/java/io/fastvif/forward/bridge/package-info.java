/**
 * A learning switch between ports: where a frame goes, and which frames go nowhere. It moves
 * nothing itself; {@link io.fastvif.forward.UplinkSwitchPort} does.
 *
 * <p>One switch has one uplink and the ports of the guests that share it. All of its ports are
 * served by one loop, whose thread alone uses the switch: it has no lock, and forwarding allocates
 * nothing. Each frame is judged by bytes that its sender can no longer change.
 *
 * <ul>
 *   <li>VLANs (IEEE 802.1Q): a port has one VLAN whose frames it sends and gets without a tag, 0
 *       for frames that have none on the uplink either, and a trunk of others, with tags. The
 *       uplink is in all. A frame of another VLAN, or with a tag of a service provider, is dropped.
 *   <li>{@link io.fastvif.forward.bridge.MacTable} is where addresses are, by VLAN. A guest's own
 *       address is pinned to its port: nobody else's frames move it, and while its device is not
 *       running, as before a migration arrives, its frames go to the uplink. Others are learned, as
 *       many as the port may have, and forgotten when they are old. A port at its limit gets no
 *       more, and what it sends from others is dropped; no other port loses an entry.
 *   <li>{@link io.fastvif.forward.bridge.SourceGuard} has a port send from its own addresses only:
 *       MAC, IPv4 with ARP, IPv6 with neighbour discovery, as Neutron's and libvirt's rules.
 *   <li>Broadcasts and frames for unknown addresses go to all ports of the VLAN, each kind as often
 *       as {@link io.fastvif.forward.bridge.FloodLimit} lets the sending port; what a guest sends
 *       to unknown addresses beyond that goes to the uplink alone, where it is one frame as any
 *       other. A guarded port gets no frames for unknown addresses, since its own are known.
 *   <li>Isolated ports reach the uplink and not one another. Frames for addresses that bridges keep
 *       to a link (01-80-c2-00-00-0x) are dropped.
 * </ul>
 *
 * <p>May use: {@code vhostuser.virtqueue}, {@code vif}.
 */
package io.fastvif.forward.bridge;
