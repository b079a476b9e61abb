package io.fastvif.agent.client;

import java.io.FilterInputStream;
import java.io.IOException;

/** A body of lines, none of which is so long, and all not so many, that memory would not do. */
final class BoundedLines extends FilterInputStream {
  private static final int MAX_LINE = 16 << 20;
  private static final long MAX_ALL = 256L << 20;

  private final SocketStream stream;
  private long line;
  private long all;

  BoundedLines(SocketStream stream, ResponseBody body) {
    super(body);
    this.stream = stream;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    if (count > 0) {
      take(bytes, offset, count);
    }
    return count;
  }

  private void take(byte[] bytes, int offset, int count) throws IOException {
    all += count;
    for (int i = offset; i < offset + count; i++) {
      line = bytes[i] == '\n' ? 0 : line + 1;
      if (line > MAX_LINE) {
        throw stream.broken("answers with a line of more than " + MAX_LINE + " bytes");
      }
    }
    if (all > MAX_ALL) {
      throw stream.broken("answers with more than " + MAX_ALL + " bytes");
    }
  }
}
