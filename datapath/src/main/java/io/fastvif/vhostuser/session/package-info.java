/**
 * Conversations with vhost-user frontends and backends: sockets, negotiation, the state of a
 * device. Uses native-bindings, {@code vhostuser.protocol} and {@code vhostuser.memory}.
 *
 * <p>One thread serves all sessions of a process. What it finds out it tells a {@link
 * io.fastvif.vhostuser.session.BackendHandler}, one for each socket, and of each ring its {@link
 * io.fastvif.vhostuser.session.RingControl}: the sides that move frames. These run on other
 * threads; so where the frontend may rely on a change, the session passes a {@link
 * io.fastvif.vhostuser.session.Completion} along and answers only when that was called. Until then
 * it takes no further message of that frontend, while it serves the others.
 *
 * <p>All descriptors and mappings are the session's: it closes them when the ring has let them go.
 *
 * <p>May use: {@code bindings}, {@code vhostuser.memory}, {@code vhostuser.protocol}.
 */
package io.fastvif.vhostuser.session;
