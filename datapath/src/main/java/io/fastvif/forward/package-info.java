/**
 * Moves frames between guests and the host: the poll-mode loops, and the ports they serve. Uses
 * {@code vhostuser}, {@code tuntap} and native-bindings.
 *
 * <p>A {@link io.fastvif.forward.Forwarder} has a loop, and a thread, for each processor that it
 * was given. Two ports are connected to a {@link io.fastvif.forward.PortPair}, which one loop
 * serves wholly: each of its queues has a flow in each direction, and a flow moves a burst when it
 * is polled. Everything that a flow touches belongs to its loop's thread; sessions and callers
 * reach it by commands that the loop executes between two rounds, so the way of a frame has no
 * lock. Pairs come and go while others forward.
 *
 * <p>A frame is copied once: from guest to guest, or by readv and writev between the guest's
 * buffers and the kernel. Where the receiver has no room, frames stay with their sender for a
 * moment and are dropped then; a ring that breaks stops alone. Nothing is allocated on the way of a
 * frame.
 *
 * <p>A datapath of one's own is a {@link io.fastvif.forward.FrameHandler} behind a {@link
 * io.fastvif.forward.FrameHandlerPort}: a burst in, a burst out. What goes wrong at one port, a
 * handler that throws or a tap that was deleted, stops that one; {@link
 * io.fastvif.forward.Port#problem()} says why.
 *
 * <p>What moves is counted for each flow, drops by their reason; {@link
 * io.fastvif.forward.Forwarder#statistics()} is a snapshot. Changes of state are JFR events.
 *
 * <p>May use: {@code bindings}, {@code tuntap}, {@code vhostuser.memory}, {@code
 * vhostuser.session}, {@code vhostuser.virtqueue}.
 */
package io.fastvif.forward;
