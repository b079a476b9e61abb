package io.fastvif.fastpath;

import io.fastvif.event.Events;
import io.fastvif.event.VhostUserMessageEvent;
import io.fastvif.trace.TracedExchange;
import io.fastvif.trace.Tracer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The last messages of a port's sessions with frontends, each with its answer, for those who ask
 * later or follow; and each as an event of Flight Recorder. A reader is a number, and costs nothing
 * however slow it is. Any thread may use it.
 */
public final class SessionTrace implements Tracer {
  /** More than a frontend sends until its rings run, with several queues. */
  private static final int KEPT = 128;

  private static final int MAX_TEXT = 512;

  private final String port;
  private final String namespace;

  /** Who else is told; null for nobody. */
  private final Tracer other;

  private final PortMessage[] messages = new PortMessage[KEPT];
  private final List<Runnable> readers = new ArrayList<>();
  private long last;

  /**
   * Begins without messages.
   *
   * @param other is told too; null for nobody
   * @param namespace the port's network namespace, empty for the process's own
   */
  SessionTrace(String port, Tracer other, String namespace) {
    this.port = port;
    this.namespace = namespace;
    this.other = other;
  }

  /**
   * A message with its answer.
   *
   * @param number of the port's messages, from 1
   * @param time when the answer was known
   * @param request what the frontend said, decoded
   * @param answer what it was answered, decoded
   * @param nanos from the one to the other
   * @param failed whether it was refused
   */
  public record PortMessage(
      long number, Instant time, String request, String answer, long nanos, boolean failed) {}

  @Override
  public void traced(TracedExchange exchange) {
    List<Runnable> told;
    PortMessage message;
    synchronized (this) {
      last++;
      message =
          new PortMessage(
              last,
              Instant.now(),
              cut(exchange.request()),
              cut(exchange.answer()),
              exchange.nanos(),
              exchange.failed());
      messages[(int) (last % KEPT)] = message;
      told = List.copyOf(readers);
    }
    if (Events.recordMessages()) {
      record(message);
    }
    told.forEach(Runnable::run);
    if (other != null) {
      other.traced(exchange);
    }
  }

  private void record(PortMessage message) {
    VhostUserMessageEvent event = new VhostUserMessageEvent();
    event.namespace = namespace;
    event.port = port;
    event.request = message.request();
    event.answer = message.answer();
    event.answeredIn = message.nanos();
    event.failed = message.failed();
    event.commit();
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }

  /** The messages behind that one, as far as they are kept. */
  public synchronized List<PortMessage> after(long number) {
    List<PortMessage> later = new ArrayList<>();
    for (long i = Math.max(number, last - KEPT) + 1; i <= last; i++) {
      later.add(messages[(int) (i % KEPT)]);
    }
    return later;
  }

  /** Has something run with each message; it must not block. */
  public synchronized void listen(Runnable reader) {
    readers.add(reader);
  }

  /** Has it run no more. */
  public synchronized void leave(Runnable reader) {
    readers.remove(reader);
  }
}
