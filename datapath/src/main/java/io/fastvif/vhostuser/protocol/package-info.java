/**
 * The messages of vhost-user, by which a frontend (QEMU, DPDK's virtio_user) gives a virtio
 * device's rings to a backend. Knows no sockets; uses {@code vhostuser.memory} for the description
 * of a region.
 *
 * <p>There is one table for each direction ({@link io.fastvif.vhostuser.protocol.FrontendRequest},
 * {@link io.fastvif.vhostuser.protocol.BackendRequest}). It says of each request of the
 * specification what it carries, how many descriptors, what is answered, which feature allows it,
 * and why we refuse it if we do. Both sides check each message against it before they look inside.
 * {@link io.fastvif.vhostuser.protocol.Message} is the codec, over one reused segment; numbers are
 * in the host's byte order.
 *
 * @see <a href="https://qemu-project.gitlab.io/qemu/interop/vhost-user.html">Vhost-user protocol
 *     (QEMU's docs/interop/vhost-user.rst)</a>
 *     <p>May use: {@code vhostuser.memory}.
 */
package io.fastvif.vhostuser.protocol;
