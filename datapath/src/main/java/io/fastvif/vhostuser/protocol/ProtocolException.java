package io.fastvif.vhostuser.protocol;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** Thrown if a peer breaks the protocol or asks for what is refused. Its session ends. */
public final class ProtocolException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /** What was wrong. */
  public enum Fault {
    /** The header is of no version that is known, or its flags contradict the direction. */
    BAD_HEADER,
    /** There is no request of that number. */
    UNKNOWN_REQUEST,
    /** The payload is longer or shorter than it can be. */
    BAD_SIZE,
    /** There are more descriptors than the request takes. */
    TOO_MANY_DESCRIPTORS,
    /** There are fewer descriptors than the request needs. */
    TOO_FEW_DESCRIPTORS,
    /** A descriptor is not of the kind that the request takes. */
    WRONG_DESCRIPTOR,
    /** The feature that the request needs was not negotiated. */
    NOT_NEGOTIATED,
    /** The request is known and not supported. */
    REFUSED,
    /** A number in the payload is out of its range. */
    BAD_VALUE,
    /** The request cannot be made at this time. */
    OUT_OF_ORDER,
    /** The answer is not that of the request. */
    BAD_REPLY,
    /** The backend said that a request failed. */
    FAILED_REQUEST,
    /** The peer closed the connection in the middle of a message, or instead of an answer. */
    CLOSED,
    /** The peer did not answer, or does not take our answers, for too long. */
    TIMEOUT
  }

  private final Fault fault;

  /**
   * Makes an exception.
   *
   * @param fault what was wrong
   * @param message the same in words, with the request and the numbers
   */
  public ProtocolException(Fault fault, String message) {
    super(message, fault == Fault.TIMEOUT ? FailureKind.TIMED_OUT : FailureKind.OTHER);
    this.fault = fault;
  }

  /**
   * What was wrong.
   *
   * @return never null
   */
  public Fault fault() {
    return fault;
  }
}
