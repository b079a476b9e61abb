package io.fastvif.agent.api;

import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.AgentRequest;
import io.fastvif.trace.Log;
import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The lines of a batch, each when its VIF has ended; any thread may add one. */
final class BatchAnswer implements Response.Streamer {
  private final List<AgentRequest> elements;
  private final boolean numbered;
  private final HostConfiguration configuration;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AtomicInteger left;
  private volatile Response.Sink sink;
  private boolean isEnded;

  /**
   * @param numbered whether each line says which element it is of, and whether that was wrong
   */
  BatchAnswer(List<AgentRequest> elements, boolean numbered, HostConfiguration configuration) {
    this.elements = elements;
    this.numbered = numbered;
    this.configuration = configuration;
    left = new AtomicInteger(elements.size());
  }

  @Override
  public void begin(Response.Sink to) {
    sink = to;
    write();
  }

  /** The element is not what it must be; nothing was done. */
  void wrong(int number, InvalidInputException wrong) {
    AgentRequest element = elements.get(number);
    String message = wrong.getMessage();
    add(
        number,
        true,
        element
            .vif()
            .map(request -> ResultLine.ofWrong(request.vif(), message))
            .orElseGet(() -> ResultLine.ofWrong(element.id(), "", message)));
  }

  /** The element's operation has ended. */
  void ended(int number, PlugResult result) {
    AgentRequest element = elements.get(number);
    if (result.failure() != null && result.failure().wrongInput() != null) {
      wrong(number, Places.placed(configuration, result.failure().wrongInput(), element.place()));
      return;
    }
    add(
        number,
        false,
        element
            .vif()
            .map(request -> ResultLine.of(request.vif(), result))
            .orElseGet(
                () -> ResultLine.of(result, result.plan() == null ? "" : result.plan().name())));
  }

  /** There will be no result, by an error of the agent's own. */
  void failed(int number, Throwable thrown) {
    Log.warning(BatchAnswer.class, "an error of fastvif's own; please report it", thrown);
    AgentRequest element = elements.get(number);
    add(
        number,
        false,
        ResultLine.ofWrong(element.id(), "", "an error of the agent's own: " + thrown));
  }

  private void add(int number, boolean isWrong, String line) {
    lines.add(
        numbered
            ? "{\"element\":" + number + ",\"wrong_input\":" + isWrong + ",\"result\":" + line + "}"
            : line);
    left.decrementAndGet();
    Response.Sink to = sink;
    if (to != null) {
      to.execute(this::write);
    }
  }

  /** On the server's thread. */
  private void write() {
    if (isEnded) {
      return;
    }
    boolean isLast = left.get() == 0; // before the queue is looked at
    StringBuilder all = new StringBuilder();
    for (String line = lines.poll(); line != null; line = lines.poll()) {
      all.append(line).append('\n');
    }
    sink.write(all.toString());
    if (isLast) {
      isEnded = true;
      sink.end();
    }
  }
}
