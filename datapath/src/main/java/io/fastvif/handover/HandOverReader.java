package io.fastvif.handover;

import io.fastvif.bindings.FileDescriptor;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Reads what a {@link HandOverWriter} of another process wrote, in the same order. Owns the
 * descriptors until they are taken.
 */
public final class HandOverReader implements AutoCloseable {
  private final DataInputStream in;
  private final Deque<FileDescriptor> descriptors = new ArrayDeque<>();

  HandOverReader(byte[] bytes, List<FileDescriptor> descriptors) {
    in = new DataInputStream(new ByteArrayInputStream(bytes));
    this.descriptors.addAll(descriptors);
  }

  private interface Read<T> {
    T from(DataInputStream in) throws IOException;
  }

  private <T> T read(Read<T> read) {
    try {
      return read.from(in);
    } catch (IOException tooShort) {
      throw new HandOverException("what was handed over ends too early", tooShort);
    }
  }

  /** The next number of 32 bits. */
  public int number() {
    return read(DataInputStream::readInt);
  }

  /**
   * The next number of 32 bits, which counts something.
   *
   * @param most what it may be
   * @throws HandOverException if it is more, or negative
   */
  public int count(int most) {
    int value = number();
    if (value < 0 || value > most) {
      throw new HandOverException(value + " of something of which there are " + most + " at most");
    }
    return value;
  }

  /** The next number of 64 bits. */
  public long longNumber() {
    return read(DataInputStream::readLong);
  }

  /** The next yes or no. */
  public boolean flag() {
    return read(DataInputStream::readBoolean);
  }

  /** The next bytes. */
  public byte[] bytes() {
    int length = number();
    return read(
        from -> {
          if (length < 0 || length > from.available()) {
            throw new IOException(length + " bytes");
          }
          return from.readNBytes(length);
        });
  }

  /** The next text. */
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** The next descriptor, the caller's from now on; null for none. */
  public FileDescriptor takeDescriptor() {
    if (!flag()) {
      return null;
    }
    FileDescriptor next = descriptors.poll();
    if (next == null) {
      throw new HandOverException("a descriptor is missing in what was handed over");
    }
    return next;
  }

  /**
   * Nothing may be left.
   *
   * @throws HandOverException if something was not read
   */
  public void requireEnd() {
    int left = read(DataInputStream::available);
    if (left > 0 || !descriptors.isEmpty()) {
      throw new HandOverException(
          left + " bytes and " + descriptors.size() + " descriptors more than are known here");
    }
  }

  /** Closes what was not taken. */
  @Override
  public void close() {
    descriptors.forEach(FileDescriptor::close);
    descriptors.clear();
  }
}
