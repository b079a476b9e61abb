package io.fastvif.agent.api;

import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Problem;
import io.fastvif.agent.http.ProblemException;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.JsonText;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import io.fastvif.capture.FrameFilter;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.fastpath.PortCapture;
import io.fastvif.fastpath.PortStatistics;
import io.fastvif.fastpath.SessionTrace;
import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code /v1/ports}: what passes the vhost-user ports of this process. Frames are for those who may
 * change things; counters and sessions' messages, for those who may read.
 */
public final class PortRoutes {
  private static final String ID = "id";
  private static final String NAME = "name";
  private static final String FILTER = "filter";
  private static final String SNAP_LENGTH = "snap_length";
  private static final String COUNT = "count";
  private static final String FOLLOW = "follow";
  private static final int MAX_NAME = 64;

  private final ForwardingPorts ports;

  /** By the names that their readers gave them. */
  private final Map<String, PortCapture> captures = new ConcurrentHashMap<>();

  private PortRoutes(ForwardingPorts ports) {
    this.ports = ports;
  }

  /** The routes on these ports. */
  public static List<HttpRoute> of(ForwardingPorts ports) {
    PortRoutes routes = new PortRoutes(ports);
    return List.of(
        HttpRoute.waiting(Method.GET, "/v1/ports/{id}", Access.READ, routes::statistics),
        HttpRoute.waiting(Method.GET, "/v1/ports/{id}/messages", Access.READ, routes::messages),
        HttpRoute.waiting(Method.GET, "/v1/ports/{id}/frames", Access.CHANGE, routes::capture),
        HttpRoute.waiting(Method.DELETE, "/v1/captures/{id}", Access.CHANGE, routes::end));
  }

  private static ProblemException unknown(String port) {
    return new ProblemException(
        Problem.notFound(
            "there is no vhost-user port of that VIF or name here: " + JsonText.quoted(port)));
  }

  private Response statistics(ApiRequest request) {
    request.requireQuery();
    String id = request.segment(ID);
    PortStatistics port = ports.statistics(id).orElseThrow(() -> unknown(id));
    return Response.json(
        200,
        JsonText.line(
            out -> {
              out.writeStartObject();
              out.writeStringField("id", port.report().port().vifId());
              out.writeStringField("name", port.report().port().name());
              out.writeBooleanField("connected", port.report().connected());
              out.writeStringField("problem", port.report().problem());
              out.writeObjectFieldStart("counters");
              for (Map.Entry<String, Long> each : port.counters().entrySet()) {
                out.writeNumberField(each.getKey(), each.getValue());
              }
              out.writeEndObject();
              out.writeEndObject();
            }));
  }

  private Response messages(ApiRequest request) {
    request.requireQuery(FOLLOW);
    String id = request.segment(ID);
    SessionTrace trace = ports.trace(id).orElseThrow(() -> unknown(id));
    boolean follows = request.choice(FOLLOW, "false", "true", "false").equals("true");
    return Response.stream(Response.JSON_LINES, new MessageStream(trace, follows));
  }

  private Response capture(ApiRequest request) {
    request.requireQuery(NAME, FILTER, SNAP_LENGTH, COUNT);
    String name = request.query(NAME).orElse("");
    if (name.length() > MAX_NAME) {
      throw InvalidInputException.ofValue(
          "?" + NAME, name, "is too long", "at most " + MAX_NAME + " characters");
    }
    CaptureOptions options =
        new CaptureOptions(
            (int) number(request, SNAP_LENGTH, CaptureOptions.MAX_SNAP_LENGTH, Integer.MAX_VALUE),
            number(request, COUNT, 0, Long.MAX_VALUE),
            FrameFilter.parse(request.query(FILTER).orElse("")));
    String id = request.segment(ID);
    PortCapture capture;
    try {
      capture = ports.capture(id, options).orElseThrow(() -> unknown(id));
    } catch (FastvifIOException refused) {
      throw new ProblemException(Problem.of(refused, refused.getMessage()));
    }
    if (!name.isEmpty() && captures.putIfAbsent(name, capture) != null) {
      capture.close();
      throw InvalidInputException.ofValue(
          "?" + NAME, name, "is another capture's", "a name that no capture has");
    }
    return Response.stream(
        FrameCapture.CONTENT_TYPE,
        new FrameStream(
            capture,
            () -> {
              captures.remove(name, capture);
              capture.close();
            }));
  }

  private static long number(ApiRequest request, String name, long byDefault, long max) {
    String text = request.query(name).orElse(Long.toString(byDefault));
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number <= max) {
        return number;
      }
    } catch (NumberFormatException none) {
      // said below
    }
    throw InvalidInputException.ofValue("?" + name, text, "is no number", "0 to " + max);
  }

  private Response end(ApiRequest request) {
    request.requireQuery();
    String name = request.segment(ID);
    PortCapture capture = captures.get(name);
    if (capture == null) {
      throw new ProblemException(
          Problem.notFound("there is no capture of that name: " + JsonText.quoted(name)));
    }
    capture.end();
    return Response.json(200, "{\"ended\":true}");
  }
}
