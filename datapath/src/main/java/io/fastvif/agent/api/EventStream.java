package io.fastvif.agent.api;

import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.JsonText;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/** One reader of the events. It runs on the server's thread, but for being told of new ones. */
final class EventStream implements Response.Streamer {
  static final String SERVER_SENT = "text/event-stream";
  private static final String COMMENT = ":\n\n";

  private final EventRing ring;
  private final String run;
  private final boolean asEvents;
  private final boolean follows;
  private final String vifId;
  private final Duration pulse;
  private final AtomicBoolean isScheduled = new AtomicBoolean();
  private long next;
  private boolean hasRestarted;

  /**
   * Of the events from now on.
   *
   * @param pulse after how long, again and again, a reader of server-sent events gets a comment
   */
  EventStream(
      EventRing ring, String run, boolean asEvents, boolean follows, String vifId, Duration pulse) {
    this.pulse = pulse;
    this.ring = ring;
    this.run = run;
    this.asEvents = asEvents;
    this.follows = follows;
    this.vifId = vifId;
    next = ring.last() + 1;
  }

  /** Begins with that event. */
  void from(long number) {
    next = number;
  }

  /** Begins with all events that are kept: the reader's last one is of an earlier agent. */
  void restarted() {
    hasRestarted = true;
    next = ring.first();
  }

  @Override
  public void begin(Response.Sink sink) {
    if (hasRestarted) {
      sink.write(line("restarted", 0));
    } else if (asEvents && follows) {
      sink.write(COMMENT); // a reader learns that it is connected
    }
    if (!follows) {
      write(sink);
      sink.end();
      return;
    }
    Runnable told =
        () -> {
          if (isScheduled.compareAndSet(false, true)) {
            sink.execute(
                () -> {
                  isScheduled.set(false);
                  write(sink);
                });
          }
        };
    if (asEvents) {
      sink.every(pulse, () -> pulse(sink));
    }
    ring.listen(told);
    sink.whenClosed(() -> ring.leave(told));
    sink.whenWritable(() -> write(sink));
    write(sink);
  }

  /** Tells a reader, and what is between it and the agent, that the agent is alive. */
  private static void pulse(Response.Sink sink) {
    if (sink.isWritable()) {
      sink.write(COMMENT);
    }
  }

  /** Writes what the reader takes; what it was too slow for it is told of. */
  private void write(Response.Sink sink) {
    while (next <= ring.last() && (!follows || sink.isWritable())) {
      long first = ring.first();
      if (next < first) {
        sink.write(line("lost", first - next));
        next = first;
      }
      AgentEvent event = ring.get(next);
      if (event != null) { // overtaken meanwhile: what is lost is told of in the next round
        next++;
        if (vifId.isEmpty() || vifId.equals(event.vifId())) {
          sink.write(line(event));
        }
      }
    }
  }

  private String line(AgentEvent event) {
    String kind = event.kind().name().toLowerCase(Locale.ROOT);
    String json =
        JsonText.line(
            out -> {
              out.writeStartObject();
              out.writeStringField("event", run + "-" + event.number());
              out.writeNumberField("number", event.number());
              out.writeStringField("time", event.time().toString());
              out.writeStringField("kind", kind);
              out.writeStringField("id", event.vifId());
              out.writeStringField("detail", event.detail());
              out.writeEndObject();
            });
    return asEvents
        ? "id: " + run + "-" + event.number() + "\nevent: " + kind + "\ndata: " + json + "\n\n"
        : json + "\n";
  }

  /** What is no event of the keeper's: some were lost, or the agent is another one by now. */
  private String line(String kind, long count) {
    String json =
        JsonText.line(
            out -> {
              out.writeStartObject();
              out.writeStringField("kind", kind);
              if (count > 0) {
                out.writeNumberField("count", count);
              }
              out.writeEndObject();
            });
    return asEvents ? "event: " + kind + "\ndata: " + json + "\n\n" : json + "\n";
  }
}
