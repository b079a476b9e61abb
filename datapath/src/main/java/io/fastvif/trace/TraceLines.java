package io.fastvif.trace;

import java.io.Flushable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Writes one line for each exchange: seconds since this was made, for which VIF and in which
 * namespace, request, answer, microseconds.
 *
 * <pre>
 *   0.003127 [4d2e1f6a-… in tenant] netlink RTM_NEWLINK CREATE|EXCL IFNAME="br1" … = ack &lt;41 us&gt;
 * </pre>
 */
public final class TraceLines implements Tracer {
  private static final int MAX_TEXT = 4096;

  private final Appendable out;
  private final long begin;

  /** Writes to that, beginning to count now. A failure to write is passed over. */
  public TraceLines(Appendable out) {
    this(out, System.nanoTime());
  }

  TraceLines(Appendable out, long begin) {
    this.out = out;
    this.begin = begin;
  }

  @Override
  public void traced(TracedExchange exchange) {
    String line = line(exchange);
    synchronized (out) {
      try {
        out.append(line);
        if (out instanceof Flushable buffered) {
          buffered.flush();
        }
      } catch (IOException | UncheckedIOException nobodyReads) {
        // what is traced goes on all the same
      }
    }
  }

  private String line(TracedExchange exchange) {
    StringBuilder line = new StringBuilder(256);
    long micros = TimeUnit.NANOSECONDS.toMicros(exchange.start() - begin);
    line.append(
        String.format(Locale.ROOT, "%3d.%06d ", micros / 1_000_000, Math.abs(micros % 1_000_000)));
    who(line, exchange);
    line.append(exchange.protocol()).append(' ');
    append(line, exchange.request());
    line.append(" = ");
    append(line, exchange.answer());
    line.append(" <").append(TimeUnit.NANOSECONDS.toMicros(exchange.nanos())).append(" us");
    if (exchange.together() > 1) {
      line.append(" for ").append(exchange.together());
    }
    return line.append(">\n").toString();
  }

  private static void who(StringBuilder line, TracedExchange exchange) {
    boolean hasVif = exchange.vifId() != null;
    boolean hasNamespace = exchange.namespace() != null;
    if (hasVif || hasNamespace) {
      line.append('[');
      if (hasVif) {
        append(line, exchange.vifId());
      }
      if (hasNamespace) {
        line.append(hasVif ? " in " : "in ");
        append(line, exchange.namespace());
      }
      line.append("] ");
    }
  }

  /** What others have chosen cannot end the line, or say something to the terminal. */
  private static void append(StringBuilder line, String text) {
    int end = Math.min(text.length(), MAX_TEXT);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        line.append(String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    if (text.length() > end) {
      line.append("… (").append(text.length() - end).append(" more)");
    }
  }
}
