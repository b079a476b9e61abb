package io.fastvif.agent.api;

import io.fastvif.agent.http.Response;
import java.util.Iterator;

/**
 * A long answer, written only as fast as the caller takes it: what is not written yet takes no room
 * as text.
 */
final class PulledLines implements Response.Streamer {
  private static final int PIECE = 16 << 10;

  private final Iterator<String> values;
  private final String between;
  private final String afterLast;
  private final String end;
  private final StringBuilder piece;
  private boolean isEnded;

  /**
   * @param start what goes before all values
   * @param between what goes between two
   * @param afterLast what goes after the last one, if there is one
   * @param end what goes after all
   */
  PulledLines(String start, Iterator<String> values, String between, String afterLast, String end) {
    piece = new StringBuilder(start);
    this.values = values;
    this.between = between;
    this.afterLast = afterLast;
    this.end = end;
  }

  @Override
  public void begin(Response.Sink sink) {
    sink.whenWritable(() -> pull(sink));
    pull(sink);
  }

  private void pull(Response.Sink sink) {
    while (!isEnded && sink.isWritable()) {
      while (values.hasNext() && piece.length() < PIECE) {
        piece.append(values.next()).append(values.hasNext() ? between : afterLast);
      }
      isEnded = !values.hasNext();
      sink.write(isEnded ? piece.append(end).toString() : piece.toString());
      piece.setLength(0);
    }
    if (isEnded) {
      sink.end();
    }
  }
}
