/**
 * The messages of vhost-user, by which a frontend (QEMU, DPDK's virtio_user) hands the rings of a
 * virtio device to a backend. Knows nothing of sockets.
 *
 * <p>There is one table for each direction ({@link io.fastvif.vhostuser.protocol.FrontendRequest},
 * {@link io.fastvif.vhostuser.protocol.BackendRequest}). For each request of the specification it
 * has the payload, the number of file descriptors, the reply, the feature that allows it and, if we
 * refuse it, the reason. Both sides check each message against it before they decode it. {@link
 * io.fastvif.vhostuser.protocol.Message} is the codec, over one reused segment; numbers are in the
 * host's byte order.
 *
 * <p>May use: {@code bindings}, {@code vhostuser.memory}.
 *
 * @see <a href="https://qemu-project.gitlab.io/qemu/interop/vhost-user.html">Vhost-user protocol
 *     (QEMU's docs/interop/vhost-user.rst)</a>
 */
package io.fastvif.vhostuser.protocol;
