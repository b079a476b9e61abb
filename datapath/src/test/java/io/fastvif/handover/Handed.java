package io.fastvif.handover;

import java.util.List;

/** What one process writes, as another reads it. */
public final class Handed {
  private Handed() {}

  /** The bytes that were written. */
  public static byte[] bytes(HandOverWriter writer) {
    return writer.written();
  }

  /** Reads what was written, which has no descriptors. */
  public static HandOverReader over(HandOverWriter writer) {
    return new HandOverReader(writer.written(), List.of());
  }
}
