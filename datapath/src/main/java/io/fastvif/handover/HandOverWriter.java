package io.fastvif.handover;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What is handed over, as bytes and descriptors: numbers with the most significant byte first, in
 * an order that the format's version fixes. Descriptors stay the writer's; the kernel duplicates
 * them when they are sent.
 */
public final class HandOverWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);
  private final List<Integer> descriptors = new ArrayList<>();

  /** Begins with nothing. */
  public HandOverWriter() {}

  private interface Write {
    void to(DataOutputStream out) throws IOException;
  }

  private HandOverWriter write(Write write) {
    try {
      write.to(out);
      return this;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // it is memory
    }
  }

  /** Adds a number of 32 bits. */
  public HandOverWriter number(int value) {
    return write(to -> to.writeInt(value));
  }

  /** Adds a number of 64 bits. */
  public HandOverWriter number(long value) {
    return write(to -> to.writeLong(value));
  }

  /** Adds yes or no. */
  public HandOverWriter flag(boolean value) {
    return write(to -> to.writeBoolean(value));
  }

  /** Adds bytes, with their number before them. */
  public HandOverWriter bytes(byte[] value) {
    return write(
        to -> {
          to.writeInt(value.length);
          to.write(value);
        });
  }

  /** Adds a text. */
  public HandOverWriter text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Adds a descriptor.
   *
   * @param value an open one, or a negative number for none
   */
  public HandOverWriter descriptor(int value) {
    if (value >= 0) {
      descriptors.add(value);
    }
    return flag(value >= 0);
  }

  byte[] written() {
    return bytes.toByteArray();
  }

  int[] descriptors() {
    return descriptors.stream().mapToInt(Integer::intValue).toArray();
  }
}
