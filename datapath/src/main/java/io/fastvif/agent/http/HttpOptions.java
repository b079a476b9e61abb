package io.fastvif.agent.http;

import io.fastvif.vif.InvalidInputException;
import java.util.List;

/**
 * Who may ask, and the bounds of what a caller can cost.
 *
 * @param allowed who may ask
 * @param bounds how much at once
 * @param times how long
 */
public record HttpOptions(Allowed allowed, Bounds bounds, Times times) {
  /** The header with which a request sets its own time limit, in seconds. */
  public static final String TIMEOUT_HEADER = "Request-Timeout";

  /** The same as a parameter of the query. */
  public static final String TIMEOUT_PARAMETER = "timeout";

  private static final HttpOptions DEFAULT =
      new HttpOptions(Allowed.NOBODY, Bounds.DEFAULT, Times.DEFAULT);

  /** Only root and the agent's own user may ask; every bound is at its default. */
  public static HttpOptions byDefault() {
    return DEFAULT;
  }

  /** A copy with others who may ask. */
  public HttpOptions with(Allowed who) {
    return new HttpOptions(who, bounds, times);
  }

  /** A copy with other bounds. */
  public HttpOptions with(Bounds other) {
    return new HttpOptions(allowed, other, times);
  }

  /** A copy with other time limits. */
  public HttpOptions with(Times other) {
    return new HttpOptions(allowed, bounds, other);
  }

  /** What {@link #withLimit} takes, with its unit where it has one. */
  public static List<String> limits() {
    return List.copyOf(Limits.NAMES.keySet());
  }

  /**
   * A copy with another bound or time limit, as people give it.
   *
   * @param name one of {@link #limits}
   * @param value a whole number, or a number of seconds
   * @throws InvalidInputException if there is no such limit, or it takes no such value
   */
  public HttpOptions withLimit(String name, String value) {
    Limits.Setter setter = Limits.NAMES.get(name);
    if (setter == null) {
      throw InvalidInputException.ofValue(
          "limit", name, "is no limit of the agent's", String.join(", ", Limits.NAMES.keySet()));
    }
    try {
      return setter.set(this, value);
    } catch (InvalidInputException wrong) {
      throw wrong.under("limit " + name);
    }
  }
}
