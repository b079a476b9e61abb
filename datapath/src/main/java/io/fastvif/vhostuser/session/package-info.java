/**
 * Sessions with vhost-user frontends and backends: sockets, negotiation, the state of a device.
 *
 * <p>One thread serves all sessions of a process. It calls a {@link
 * io.fastvif.vhostuser.session.BackendHandler} per socket and a {@link
 * io.fastvif.vhostuser.session.RingControl} per ring, which move the frames on other threads. Where
 * the frontend relies on a change, the session passes a {@link
 * io.fastvif.vhostuser.session.Completion} and answers only after that was called. Until then it
 * reads no further message of that frontend, while it serves the others.
 *
 * <p>The session owns all descriptors and mappings, and closes them when the rings no longer use
 * them.
 *
 * <p>A backend can be handed over to another process ({@link
 * io.fastvif.vhostuser.session.BackendHandOver}): what a session knows is written, with its
 * descriptors, half-read messages included, and made again there; its frontend notices nothing.
 *
 * <p>May use: {@code event}, {@code trace}, {@code bindings}, {@code files}, {@code handover},
 * {@code vhostuser.memory}, {@code vhostuser.protocol}.
 */
package io.fastvif.vhostuser.session;
