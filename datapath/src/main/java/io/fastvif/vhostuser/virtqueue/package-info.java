/**
 * Virtqueues, split and packed: the device's side and, for frontends and tests, the driver's side.
 *
 * <p>A device queue is used in two steps. {@code peek} copies the buffers that the driver made
 * available into a {@link io.fastvif.vhostuser.virtqueue.BufferBurst}: whatever lies in the ring is
 * read once, checked and translated, and from then on only the copy is used. {@code complete} gives
 * the first of them back, in order, and publishes them at once. Between the two the caller reads or
 * writes the guest's memory by address. What was peeked at and not completed stays in the ring, so
 * a queue can be stopped between any two calls and started again at its base.
 *
 * <p>{@code deliver} does both for frames that need no look at what they are, buffer by buffer,
 * where the layout gains by it: each was published or is in the ring still.
 *
 * <p>The guest is not trusted. A ring that breaks a rule (an index beyond its end, a chain that
 * loops, an address outside the guest's memory) stops: {@code peek} returns {@link
 * io.fastvif.vhostuser.virtqueue.DeviceQueue#BROKEN}, {@code failure} says what was wrong, and
 * nothing of that burst is touched.
 *
 * <p>May use: {@code bindings}, {@code vhostuser.memory}.
 *
 * @see <a href="https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html">virtio 1.2</a>,
 *     2.7 (split) and 2.8 (packed)
 */
package io.fastvif.vhostuser.virtqueue;
