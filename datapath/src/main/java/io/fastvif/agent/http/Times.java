package io.fastvif.agent.http;

import io.fastvif.vif.InvalidInputException;
import java.time.Duration;

/**
 * How long callers can take.
 *
 * @param head until the head of a request has come, from the connection's or the head's beginning
 * @param body until the body has come, from its beginning
 * @param answer until the caller has taken an answer, or the next piece of a long one
 * @param idle for which a connection may be open without a request
 * @param request until a request is answered with 504 if it does not say otherwise; what it has
 *     begun goes on
 * @param maxRequest the most that a request may say
 */
public record Times(
    Duration head,
    Duration body,
    Duration answer,
    Duration idle,
    Duration request,
    Duration maxRequest) {
  /** Nobody who means it is slower. */
  public static final Times DEFAULT =
      new Times(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofMinutes(1),
          Duration.ofHours(1));

  /**
   * Checks the times.
   *
   * @throws InvalidInputException if one is not above 0
   */
  public Times {
    require("time for the head", head);
    require("time for the body", body);
    require("time for taking the answer", answer);
    require("idle time", idle);
    require("time for a request", request);
    require("longest time for a request", maxRequest);
  }

  private static void require(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw InvalidInputException.ofValue(name, value.toString(), "is no time", "more than none");
    }
  }

  /** A copy with other times for a request: without a word of its own, and the longest. */
  public Times withRequest(Duration byDefault, Duration longest) {
    return new Times(head, body, answer, idle, byDefault, longest);
  }

  /** A copy with another time for the head. */
  public Times withHead(Duration other) {
    return new Times(other, body, answer, idle, request, maxRequest);
  }

  /** A copy with another time for the body. */
  public Times withBody(Duration other) {
    return new Times(head, other, answer, idle, request, maxRequest);
  }

  /** A copy with another time for taking the answer. */
  public Times withAnswer(Duration other) {
    return new Times(head, body, other, idle, request, maxRequest);
  }

  /** A copy with another time without a request. */
  public Times withIdle(Duration other) {
    return new Times(head, body, answer, other, request, maxRequest);
  }
}
