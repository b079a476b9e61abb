package io.fastvif.netlink;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The memory that sockets receive into, shared by all of them: a socket needs it only until what
 * was received has been handed on. So there are as many as threads receive at once, not as many as
 * there are sockets.
 */
final class ReceiveVectors {
  /**
   * The kernel's own limit for a part of a dump of many. One object may take more, such as a link
   * with 200 virtual functions.
   */
  static final int DATAGRAM_SIZE = 32 * 1024;

  /** How many datagrams one receives at once. */
  static final int DATAGRAMS = 32;

  /** More threads than receive at once; what is beyond is freed by a collection. */
  private static final int MAX_KEPT = 32;

  private static final AtomicReferenceArray<ReceiveVector> KEPT =
      new AtomicReferenceArray<>(MAX_KEPT);

  private ReceiveVectors() {}

  /** One that nobody else uses, until it is given back. */
  static ReceiveVector take() {
    for (int i = 0; i < MAX_KEPT; i++) {
      // Only what is there is written to: others look at these too.
      if (KEPT.getPlain(i) != null) {
        ReceiveVector kept = KEPT.getAndSet(i, null);
        if (kept != null) {
          return kept;
        }
      }
    }
    return new ReceiveVector(Arena.ofAuto(), DATAGRAMS, DATAGRAM_SIZE);
  }

  /** Gives one back; what was received is not to be looked at any more. */
  static void give(ReceiveVector vector) {
    for (int i = 0; i < MAX_KEPT; i++) {
      if (KEPT.getPlain(i) == null && KEPT.compareAndSet(i, null, vector)) {
        return;
      }
    }
  }
}
