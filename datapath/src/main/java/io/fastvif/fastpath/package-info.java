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
 * <p>May use: {@code trace}, {@code bindings}, {@code capture}, {@code engine}, {@code event},
 * {@code forward}, {@code forward.bridge}, {@code netlink}, {@code netlink.route}, {@code plan},
 * {@code vhostuser.session}, {@code vif}, {@code xdp}.
 */
package io.fastvif.fastpath;
