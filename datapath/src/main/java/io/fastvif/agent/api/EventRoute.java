package io.fastvif.agent.api;

import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Response;
import io.fastvif.vif.InvalidInputException;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code GET /v1/events}: what happens, as lines of JSON or as server-sent events.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class EventRoute {
  private static final String LAST = "Last-Event-ID";
  private static final String AFTER = "after";
  private static final String FOLLOW = "follow";
  private static final String ID = "id";

  /** Proxies close a connection on which nothing comes for a minute. */
  private static final Duration PULSE = Duration.ofSeconds(30);

  private final EventRing ring;
  private final String run;
  private final Duration pulse;

  private EventRoute(EventRing ring, String run, Duration pulse) {
    this.ring = ring;
    this.run = run;
    this.pulse = pulse;
  }

  /**
   * The route.
   *
   * @param run tells this agent's events from those of one before it, which counted from 1 too
   */
  static HttpRoute of(EventRing ring, String run) {
    return of(ring, run, PULSE);
  }

  static HttpRoute of(EventRing ring, String run, Duration pulse) {
    return HttpRoute.quick(
        Method.GET, "/v1/events", Access.READ, new EventRoute(ring, run, pulse)::answer);
  }

  private Response answer(ApiRequest request) {
    request.requireQuery(AFTER, FOLLOW, ID);
    boolean follows = request.choice(FOLLOW, "true", "true", "false").equals("true");
    boolean asEvents = request.accepts(EventStream.SERVER_SENT);
    Optional<String> seen =
        request.header(LAST).isPresent() ? request.header(LAST) : request.query(AFTER);
    EventStream stream =
        new EventStream(ring, run, asEvents, follows, request.query(ID).orElse(""), pulse);
    if (seen.isPresent()) {
      resume(stream, seen.get());
    } else if (!follows) {
      stream.from(ring.first());
    }
    return Response.stream(asEvents ? EventStream.SERVER_SENT : Response.JSON_LINES, stream);
  }

  private void resume(EventStream stream, String seen) {
    int dash = seen.lastIndexOf('-');
    long number = -1;
    try {
      number = Long.parseLong(seen.substring(dash + 1));
    } catch (NumberFormatException wrong) {
      // said below
    }
    if (number < 0) {
      throw InvalidInputException.ofValue(
          LAST, seen, "is no event's", "a number, or the id of an event");
    }
    boolean isOfThisRun = dash < 0 || seen.substring(0, dash).equals(run);
    if (isOfThisRun && number <= ring.last()) {
      stream.from(number + 1);
    } else {
      stream.restarted();
    }
  }
}
