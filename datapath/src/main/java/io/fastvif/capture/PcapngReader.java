package io.fastvif.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;

/** Takes pcapng apart as it comes: what {@link FrameCapture} writes, little-endian. */
public final class PcapngReader {
  private static final int HEADER = 8;
  private static final int MIN_BLOCK = 12;
  private static final int MAX_BLOCK = 1 << 20;

  private final Consumer<PcapngBlock> blocks;
  private byte[] begun = new byte[HEADER];
  private int filled;

  /** Gives each whole block to somebody. */
  public PcapngReader(Consumer<PcapngBlock> blocks) {
    this.blocks = blocks;
  }

  /**
   * Takes some bytes in.
   *
   * @throws IOException if they are not pcapng
   */
  public void read(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int count = Math.min(end - at, begun.length - filled);
      System.arraycopy(bytes, at, begun, filled, count);
      filled += count;
      at += count;
      if (filled == begun.length) {
        filled();
      }
    }
  }

  /** Either a header, whose block is to follow, or a block. */
  private void filled() throws IOException {
    if (begun.length == HEADER) {
      int length = ByteBuffer.wrap(begun).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
      if (length < MIN_BLOCK || length > MAX_BLOCK || length % 4 != 0) {
        throw new IOException("what comes is not pcapng: a block of " + length + " bytes");
      }
      begun = Arrays.copyOf(begun, length);
      return;
    }
    byte[] block = begun;
    begun = new byte[HEADER];
    filled = 0;
    try {
      blocks.accept(new PcapngBlock(block));
    } catch (IllegalArgumentException wrong) {
      throw new IOException("what comes is not pcapng: " + wrong.getMessage(), wrong);
    }
  }
}
