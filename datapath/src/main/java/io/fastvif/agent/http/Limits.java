package io.fastvif.agent.http;

import io.fastvif.vif.InvalidInputException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bounds and time limits by the names that people give them. */
final class Limits {
  private static final double MAX_SECONDS = 1e6;
  private static final double NANOS = 1e9;

  /** By name, in the order in which they are told. */
  static final Map<String, Setter> NAMES = new LinkedHashMap<>();

  static {
    bound("connections", (b, n) -> b.withConnections((int) n, b.userConnections()));
    bound("user-connections", (b, n) -> b.withConnections(b.connections(), (int) n));
    bound("requests", (b, n) -> b.withRequests((int) n));
    bound("pipelined", (b, n) -> b.withPipelined((int) n));
    bound("head-bytes", (b, n) -> b.withHead((int) n));
    bound("body-bytes", (b, n) -> b.withBodies((int) n, b.bodies()));
    bound("all-bodies-bytes", (b, n) -> b.withBodies(b.body(), n));
    time("head-seconds", Times::withHead);
    time("body-seconds", Times::withBody);
    time("answer-seconds", Times::withAnswer);
    time("idle-seconds", Times::withIdle);
    time("request-seconds", (t, d) -> t.withRequest(d, t.maxRequest()));
    time("max-request-seconds", (t, d) -> t.withRequest(t.request(), d));
  }

  private Limits() {}

  /** Sets one. */
  interface Setter {
    HttpOptions set(HttpOptions options, String value);
  }

  private interface BoundSetter {
    Bounds set(Bounds bounds, long value);
  }

  private interface TimeSetter {
    Times set(Times times, Duration value);
  }

  private static void bound(String name, BoundSetter setter) {
    NAMES.put(name, (options, value) -> options.with(setter.set(options.bounds(), number(value))));
  }

  private static void time(String name, TimeSetter setter) {
    NAMES.put(name, (options, value) -> options.with(setter.set(options.times(), seconds(value))));
  }

  private static long number(String value) {
    long number;
    try {
      number = Long.parseLong(value);
    } catch (NumberFormatException wrong) {
      number = 0;
    }
    if (number < 1 || number > Integer.MAX_VALUE) {
      throw InvalidInputException.ofValue(
          "", value, "is no bound", "a whole number from 1 to " + Integer.MAX_VALUE);
    }
    return number;
  }

  private static Duration seconds(String value) {
    double seconds;
    try {
      seconds = Double.parseDouble(value);
    } catch (NumberFormatException wrong) {
      seconds = 0;
    }
    if (!(seconds >= 0.001 && seconds <= MAX_SECONDS)) {
      throw InvalidInputException.ofValue(
          "", value, "is no time limit", "seconds from 0.001 to 1000000");
    }
    return Duration.ofNanos((long) (seconds * NANOS));
  }
}
