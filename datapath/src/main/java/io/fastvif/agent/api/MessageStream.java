package io.fastvif.agent.api;

import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.JsonText;
import io.fastvif.fastpath.SessionTrace;
import java.util.concurrent.atomic.AtomicBoolean;

/** One reader of sessions' messages. It runs on the server's thread, but for being told of new. */
final class MessageStream implements Response.Streamer {
  private static final double MICRO = 1e3;

  private final SessionTrace trace;
  private final boolean follows;
  private final AtomicBoolean isScheduled = new AtomicBoolean();
  private long seen;

  MessageStream(SessionTrace trace, boolean follows) {
    this.trace = trace;
    this.follows = follows;
  }

  @Override
  public void begin(Response.Sink sink) {
    if (!follows) {
      trace.after(0).forEach(message -> sink.write(line(message)));
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
    trace.listen(told);
    sink.whenClosed(() -> trace.leave(told));
    sink.whenWritable(() -> write(sink));
    write(sink);
  }

  private void write(Response.Sink sink) {
    if (sink.isWritable()) { // what is kept is so little that it may wait in memory
      for (SessionTrace.PortMessage message : trace.after(seen)) {
        seen = message.number();
        sink.write(line(message));
      }
    }
  }

  private static String line(SessionTrace.PortMessage message) {
    return JsonText.line(
            out -> {
              out.writeStartObject();
              out.writeNumberField("number", message.number());
              out.writeStringField("time", message.time().toString());
              out.writeStringField("request", message.request());
              out.writeStringField("answer", message.answer());
              out.writeNumberField("micros", message.nanos() / MICRO);
              out.writeBooleanField("failed", message.failed());
              out.writeEndObject();
            })
        + "\n";
  }
}
