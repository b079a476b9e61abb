/**
 * Shows frames that pass: copies of them on their way from the thread that forwards to a reader in
 * pcapng, which tcpdump and Wireshark read.
 *
 * <ol>
 *   <li>A {@link io.fastvif.capture.FrameCapture} is one reader's. Each forwarding thread has a
 *       {@link io.fastvif.capture.CaptureInput} of it, copies at most the snap length of each frame
 *       that passes the filter into the input's {@code CaptureRing} of fixed size, waits for
 *       nobody, and counts what the ring has no room for. The reader takes the oldest frame first.
 *   <li>A {@link io.fastvif.capture.FrameFilter} looks at a copy of the frame's first bytes, so a
 *       guest that changes its memory meanwhile has no effect.
 *   <li>The reader's thread takes blocks of pcapng out: a frame's direction stands in its flags,
 *       why it was dropped in a comment, what was lost before it in its drop count; the interface's
 *       counters come every half minute and at the end.
 *   <li>{@link io.fastvif.capture.PcapngReader} reads such blocks back, and {@link
 *       io.fastvif.capture.FrameSummary} makes a line of each frame.
 * </ol>
 *
 * <p>May use: {@code vhostuser.virtqueue}, {@code vif}.
 *
 * @see <a href="https://ietf-opsawg-wg.github.io/draft-ietf-opsawg-pcap/">pcapng</a>
 */
package io.fastvif.capture;
