package io.fastvif.agent.http;

import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A whole request. Never changes; the body's bytes are its handler's. */
public final class ApiRequest {
  private final Method method;
  private final String path;
  private final Map<String, String> segments;
  private final Map<String, List<String>> query;
  private final UnaryOperator<String> headers;
  private final byte[] body;
  private final Caller caller;

  /**
   * Makes a request.
   *
   * @param segments the values of the route's segments in braces
   * @param headers gives the value of a header, null if it is missing
   */
  public ApiRequest(
      Method method,
      String path,
      Map<String, String> segments,
      Map<String, List<String>> query,
      UnaryOperator<String> headers,
      byte[] body,
      Caller caller) {
    this.method = method;
    this.path = path;
    this.segments = segments;
    this.query = query;
    this.headers = headers;
    this.body = body;
    this.caller = caller;
  }

  /** The method; that of a HEAD is GET. */
  public Method method() {
    return method;
  }

  /** The path as the request spells it, without the query. */
  public String path() {
    return path;
  }

  /** What stands where the route's path has that name in braces. */
  public String segment(String name) {
    return segments.get(name);
  }

  /** The value of a parameter of the query, the last one if there are several. */
  public Optional<String> query(String name) {
    List<String> values = query.get(name);
    return values == null ? Optional.empty() : Optional.of(values.getLast());
  }

  /** All values of a parameter of the query. */
  public List<String> queries(String name) {
    return query.getOrDefault(name, List.of());
  }

  /**
   * A parameter of the query that is one of some words.
   *
   * @throws InvalidInputException if it is another, or missing without a default
   */
  public String choice(String name, String byDefault, String... words) {
    String value = query(name).orElse(byDefault);
    String expected = String.join(" or ", words);
    if (value == null) {
      throw InvalidInputException.of("?" + name, "is missing", expected);
    }
    if (!List.of(words).contains(value)) {
      throw InvalidInputException.ofValue("?" + name, value, "is not known", expected);
    }
    return value;
  }

  /**
   * Checks that the query has no other parameters: a misspelled one would be ignored in silence.
   *
   * @throws InvalidInputException if it has
   */
  public void requireQuery(String... known) {
    List<String> names = List.of(known);
    for (String name : query.keySet()) {
      if (!names.contains(name) && !name.equals(HttpOptions.TIMEOUT_PARAMETER)) {
        throw InvalidInputException.ofValue(
            "?",
            name,
            "is not a parameter of " + path,
            names.isEmpty() ? "none" : String.join(", ", names));
      }
    }
  }

  /** The value of a header. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.apply(name));
  }

  /**
   * Whether the request says that it wants that type of content; one that says nothing does not.
   */
  public boolean accepts(String contentType) {
    return header("Accept").map(accepted -> accepted.contains(contentType)).orElse(false);
  }

  /** Whether it has a body. */
  public boolean hasBody() {
    return body.length > 0;
  }

  /** The body's bytes; none if it has no body. */
  public byte[] body() {
    return body;
  }

  /** Who asks. */
  public Caller caller() {
    return caller;
  }
}
