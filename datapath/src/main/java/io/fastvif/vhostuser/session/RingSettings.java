package io.fastvif.vhostuser.session;

import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.memory.DirtyLog;
import io.fastvif.vhostuser.memory.InflightArea;

/**
 * Everything that a frontend has said of a ring. The addresses were not checked against the memory:
 * the ring does that whenever the memory changes.
 *
 * @param index the ring's number: of a network device, even ones carry frames to the guest and odd
 *     ones frames from it
 * @param features the virtio features that were negotiated, VHOST_F_LOG_ALL (bit 26) among them
 * @param size descriptors, 1 to 32,768; for a split ring a power of two
 * @param base where to begin. Split: the next available index, 16 bits. Packed: bits 0 to 14 the
 *     next available index and bit 15 its wrap counter; bits 16 to 30 the next used index and bit
 *     31 its wrap counter
 * @param descriptors the frontend's address of the descriptor table, or of the packed ring
 * @param available its address of the available ring, or of the driver's event suppression
 * @param used its address of the used ring, or of the device's event suppression
 * @param usedLogAddress the guest's address to mark for writes to the used ring; -1 if they are not
 *     to be marked
 * @param enabled whether frames pass; a ring that is not enabled takes frames from the guest and
 *     drops them
 * @param kick the eventfd, pipe or socket that the guest writes; -1 if it has to be polled
 * @param call what to write eight bytes to when buffers were used: an eventfd, pipe or socket; -1
 *     if the guest polls
 * @param error the same for a ring that breaks, written by the session; -1 if there is none
 * @param memory where the guest's memory is to be found
 * @param log the log of a live migration; null if there is none, or VHOST_F_LOG_ALL is off
 * @param inflight the in-flight area; null if there is none or it has no part for this ring
 */
public record RingSettings(
    int index,
    long features,
    int size,
    int base,
    long descriptors,
    long available,
    long used,
    long usedLogAddress,
    boolean enabled,
    int kick,
    int call,
    int error,
    CurrentGuestMemory memory,
    DirtyLog log,
    InflightArea inflight) {

  /** What stands for no descriptor, and for a used ring that is not logged. */
  public static final int NONE = -1;

  /** VIRTIO_F_RING_PACKED of linux/virtio_config.h. */
  private static final int RING_PACKED = 34;

  /**
   * Whether the ring is a packed one.
   *
   * @return whether VIRTIO_F_RING_PACKED was negotiated
   */
  public boolean isPacked() {
    return (features & (1L << RING_PACKED)) != 0;
  }
}
