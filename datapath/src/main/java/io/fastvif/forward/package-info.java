/**
 * Moves frames between guests and the host: poll-mode loops and the ports that they serve.
 *
 * <p>A {@link io.fastvif.forward.Forwarder} has one or more loops with a thread each. Two connected
 * ports are a {@link io.fastvif.forward.PortPair}: each queue has a flow in each direction, and
 * polling a flow moves a burst. The queues of both ports with the same number are a lane, and one
 * loop serves a lane at a time, so that a guest with four queues uses up to four loops:
 *
 * <ol>
 *   <li>All state of a lane (rings, flows, counters, its side of a capture) belongs to its loop's
 *       thread. Sessions and callers leave commands at the lane, and whoever serves it carries them
 *       out in their order between two rounds, so the data path takes no lock. What concerns a port
 *       as a whole waits for all of its lanes: memory that was replaced is unmapped, and a pair is
 *       disconnected, when each loop has said so.
 *   <li>A frame leaves by the queue it came in on, and is delivered by the thread that took it. A
 *       lane moves between two rounds: its loop stops, then the other one begins, and frames that
 *       wait stay in their rings, so that none is lost or overtaken.
 *   <li>Lanes of a new pair go to the loops with the fewest. Once a second a loop that is awake
 *       looks at the measured load of all: the busiest gives a lane to the idlest if the busier one
 *       of the two has less to do then.
 *   <li>If the kernel lets the new loop watch no more descriptors, a lane goes back. If that cannot
 *       either any more, both ports say so, and it is served with pauses of up to 32 ms until the
 *       kernel, which is asked before each, lets it.
 *   <li>What lanes would have to share keeps them together: a port with a rate, frames for a queue
 *       that its guest does not use and that go to its first one, a frame handler, a switch. The
 *       last two do not move at all.
 * </ol>
 *
 * <p>What a loop does without frames is its {@link io.fastvif.forward.Idle}. The adaptive one
 * ({@code AdaptiveIdle}) measures frames a nanosecond and chooses what costs the least processor
 * time while no frame waits for longer than a nap of 50 us: kicks, naps without kicks, or polling.
 * A nap is over when its time is, so commands wait for it too; the thread's timer slack is taken
 * away, which would double it.
 *
 * <p>Pairs come and go while others forward.
 *
 * <p>A frame is copied once: from guest to guest, or by readv and writev between the guest's
 * buffers and the kernel; to and from a card's own memory for frames where a link is opened by
 * AF_XDP. If the receiver has no free buffers, frames wait briefly at their sender and are then
 * dropped. A broken ring affects no other. The data path allocates nothing.
 *
 * <p>All offloads are offered to all guests, whatever is on the other side. A frame goes on as it
 * is where its receiver negotiated that; what it did not is done here, and nothing is dropped for
 * it:
 *
 * <ul>
 *   <li>{@code Checksum}: a checksum is completed in a copy of the frame.
 *   <li>{@code Segmenter}: TCP and UDP are cut as the kernel cuts them. The headers are copied and
 *       judged once ({@code TransportFrame}); a header that does not fit the frame is a reason to
 *       drop it. Segments that find no buffers wait: the flow's counters know how many were
 *       delivered. It is a slow path of each receiver; frames that need none of it pay nothing.
 *   <li>To the host, the kernel does both. {@code DescriptorSink} does it before the kernel where
 *       that cannot (UDP before 6.2), and where who reads the tap looks at no header, as Open
 *       vSwitch's userspace datapath.
 *   <li>{@code Merger}: TCP segments of one flow that follow each other in a burst become one frame
 *       for a guest that takes that, by the rules of the kernel's GRO. None waits for more.
 * </ul>
 *
 * <p>A guest's port may have a rate in each direction: a {@link io.fastvif.forward.TokenBucket} for
 * the average, whose capacity is the burst, and a small one for the peak. All queues of such a port
 * are served by one loop, so a bucket is plain numbers; the clock is read once a poll, and only
 * where there is a limit. What a guest sends beyond its rate stays in its ring. What it shall get
 * waits at its sender; a tap is not read. A loop that waits for tokens sleeps for whole
 * milliseconds, no longer than until there are some, so that frames pass in bursts.
 *
 * <p>Several guests share a link by an {@link io.fastvif.forward.UplinkSwitch}: each port of it is
 * the other half of a pair, and one loop serves all of them.
 *
 * <p>A custom datapath is a {@link io.fastvif.forward.FrameHandler} behind a {@link
 * io.fastvif.forward.FrameHandlerPort}: a burst in, a burst out. A fault at one port, such as a
 * handler that throws or a tap that was deleted, stops only that port; {@link
 * io.fastvif.forward.Port#problem()} says why.
 *
 * <p>A {@code FrameTap} of a flow copies its frames for those who capture, after they were
 * delivered or dropped and before their memory is given back; a flow that nobody captures pays for
 * one check a burst.
 *
 * <p>Frames are counted per flow, drops by reason; {@link
 * io.fastvif.forward.Forwarder#statistics()} is a snapshot. Changes of state are JFR events.
 *
 * <p>May use: {@code trace}, {@code bindings}, {@code capture}, {@code forward.bridge}, {@code
 * handover}, {@code netlink}, {@code tuntap}, {@code vhostuser.memory}, {@code vhostuser.session},
 * {@code vhostuser.virtqueue}, {@code vif}, {@code xdp}.
 */
package io.fastvif.forward;
