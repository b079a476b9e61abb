package io.fastvif.agent.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.agent.text.JsonText;
import io.fastvif.bindings.Errno;
import io.fastvif.bindings.Failure;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Why a request is not answered as it was meant: a problem document (RFC 9457).
 *
 * @param type a word for the kind of problem; {@code urn:fastvif:problem:} goes before it
 * @param title the kind of problem in words, always the same
 * @param status the HTTP status code
 * @param detail what is wrong this time
 * @param members more of it for programs: texts, numbers, truth values and lists of texts
 */
public record Problem(
    String type, String title, int status, String detail, Map<String, Object> members) {
  /** The type of the document. */
  public static final String CONTENT_TYPE = "application/problem+json";

  /** A member that is also a header of the answer. */
  static final String ALLOW = "allow";

  private static final String WRONG = "The input is not what it must be";
  private static final String CONFLICT = "What there is does not allow it";
  private static final int SERVICE_UNAVAILABLE = 503;
  private static final String TYPES = "urn:fastvif:problem:";

  /** Copies the map, in its order. */
  public Problem {
    members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
  }

  /** A problem without more members. */
  public Problem(String type, String title, int status, String detail) {
    this(type, title, status, detail, Map.of());
  }

  /** The caller's input is wrong: where, what stands there, and what would be right. */
  public static Problem wrongInput(InvalidInputException wrong) {
    return ofInput(new Problem("wrong-input", WRONG, 400, wrong.getMessage()), wrong);
  }

  /** The caller's input is not wrong, but what it is about is in a state that does not allow it. */
  public static Problem conflict(InvalidInputException wrong) {
    return ofInput(new Problem("conflict", CONFLICT, 409, wrong.getMessage()), wrong);
  }

  private static Problem ofInput(Problem problem, InvalidInputException wrong) {
    Problem said = problem;
    if (!wrong.path().isEmpty()) {
      said = said.with("field", wrong.path());
    }
    if (wrong.value().isPresent()) {
      said = said.with("value", wrong.value().get());
    }
    return said.with("expected", wrong.expected());
  }

  /** There is no such thing. */
  public static Problem notFound(String detail) {
    return new Problem("not-found", "There is no such thing", 404, detail);
  }

  /** The caller may not. */
  public static Problem denied(String detail) {
    return new Problem("denied", "The caller is not allowed to", 403, detail);
  }

  /** Too much at once: the same request may succeed later. */
  public static Problem busy(String detail) {
    return new Problem("busy", "There is too much to do at once", 503, detail);
  }

  /** Something on the host failed. */
  public static Problem of(Failure failure, String detail) {
    Problem problem =
        switch (failure.kind()) {
          case EXISTS -> new Problem("taken", "Somebody else has it", 409, detail);
          case BUSY -> new Problem("in-use", "It is in use", 409, detail);
          case TIMED_OUT -> new Problem("timeout", "Something did not answer in time", 504, detail);
          case NOT_FOUND -> new Problem("missing", "Something it needs is missing", 424, detail);
          case NOT_PERMITTED ->
              new Problem("not-permitted", "The agent itself is not permitted to", 500, detail);
          case OTHER -> new Problem("failed", "It failed", 500, detail);
        };
    return failure.errno() == 0 ? problem : problem.with("errno", Errno.name(failure.errno()));
  }

  /** The same with one more member. */
  public Problem with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(members);
    more.put(name, value);
    return new Problem(type, title, status, detail, more);
  }

  /** The document. */
  public String document() {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("type", TYPES + type);
          out.writeStringField("title", title);
          out.writeNumberField("status", status);
          out.writeStringField("detail", detail);
          for (Map.Entry<String, Object> member : members.entrySet()) {
            write(out, member.getKey(), member.getValue());
          }
          out.writeEndObject();
        });
  }

  private static void write(JsonGenerator out, String name, Object value) throws IOException {
    switch (value) {
      case Number number -> out.writeNumberField(name, number.longValue());
      case Boolean flag -> out.writeBooleanField(name, flag);
      case List<?> texts ->
          JsonText.strings(out, name, texts.stream().map(Object::toString).toList());
      default -> out.writeStringField(name, value.toString());
    }
  }

  /** The answer. */
  public Response response() {
    Response response =
        Response.of(status, CONTENT_TYPE, document().getBytes(StandardCharsets.UTF_8));
    if (status == SERVICE_UNAVAILABLE) {
      return response.withHeader("Retry-After", "1");
    }
    Object allowed = members.get(ALLOW);
    return allowed == null ? response : response.withHeader("Allow", allowed.toString());
  }
}
