package io.fastvif.observe.reader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a route's RTA_METRICS. */
final class RouteMetrics {
  /** RTAX_LOCK and RTAX_MTU of linux/rtnetlink.h, which the bindings lack. */
  private static final int LOCK = 1;

  private static final int MTU = 2;
  private static final int HEADER_LENGTH = 4;

  private RouteMetrics() {}

  /** Whether there is an MTU that is not locked, so that the kernel changes it with the link's. */
  static boolean hasOwnMtu(byte[] metrics) {
    return metrics != null && number(metrics, MTU) != 0 && (number(metrics, LOCK) & 1 << MTU) == 0;
  }

  private static int number(byte[] metrics, int type) {
    ByteBuffer all = ByteBuffer.wrap(metrics).order(ByteOrder.nativeOrder());
    for (int at = 0; at + HEADER_LENGTH + Integer.BYTES <= metrics.length; ) {
      if (all.getShort(at + Short.BYTES) == type) {
        return all.getInt(at + HEADER_LENGTH);
      }
      at += Math.max(HEADER_LENGTH, (Short.toUnsignedInt(all.getShort(at)) + 3) & ~3);
    }
    return 0;
  }
}
