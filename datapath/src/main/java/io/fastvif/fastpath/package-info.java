/**
 * The forwarder of an agent: serves the vhost-user ports that its engine's plans open. One thread
 * has all sessions with frontends, one or more move frames; each port is joined to its tap or, by
 * AF_XDP, to a link of the host, whose ports share a switch in the forwarder.
 *
 * <p>Nothing is kept but what is open. An agent that was killed and starts again plugs its VIFs
 * again: the taps are found with their places in the switches, sockets that nobody answers on are
 * replaced, hypervisors connect again by themselves or are connected to, and what was under way in
 * a ring is in the guest's shared memory.
 *
 * <p>On the tap of a routed port ({@code proxy_ndp} is set) a thread answers the guest's neighbour
 * solicitations for what the host's routes lead to by other links, as the kernel answers ARP there.
 *
 * <p>For an upgrade all ports go to a new process without a reconnect ({@link
 * io.fastvif.fastpath.HandOverServer}, {@link io.fastvif.fastpath.TakeOver}). The new one makes
 * everything again while the old one still moves frames; then the old one stops all rings, says
 * where they are, and the new one goes on there. What waits in a ring or a tap meanwhile waits for
 * the new one, so nothing is lost. {@link io.fastvif.handover} says who serves when one of both
 * ends. A link by AF_XDP goes along with its sockets, rings, memory for frames and program. All
 * pairs of its switch stop between the same two rounds, so that no frame is in the switch, and
 * start together after all guests' rings have; the switch's addresses and frames that wait for a
 * rate are written with the rings' places. Before that both sides rehearse, the new one with
 * frames: what a JVM does for the first time takes longer than the hand-over.
 *
 * <p>May use: {@code trace}, {@code bindings}, {@code capture}, {@code engine}, {@code event},
 * {@code files}, {@code forward}, {@code forward.bridge}, {@code handover}, {@code netlink}, {@code
 * netlink.route}, {@code plan}, {@code vhostuser.protocol}, {@code vhostuser.session}, {@code
 * vhostuser.virtqueue}, {@code vif}, {@code xdp}.
 */
package io.fastvif.fastpath;
