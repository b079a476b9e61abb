package io.fastvif.handover;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** Why a hand-over did not take place: who served before goes on. */
public final class HandOverException extends FastvifException {
  private static final long serialVersionUID = 1L;

  private final boolean otherEnded;

  /** Says why. */
  public HandOverException(String message) {
    this(message, false);
  }

  /** Says why, and what has led to it. */
  public HandOverException(String message, Throwable cause) {
    super(message, FailureKind.OTHER, cause);
    otherEnded = false;
  }

  private HandOverException(String message, boolean otherEnded) {
    super(message, FailureKind.OTHER);
    this.otherEnded = otherEnded;
  }

  /** Says that the other process has ended, so that nobody serves. */
  public static HandOverException ended(String message) {
    return new HandOverException(message, true);
  }

  /** Whether nobody goes on, because the process that served has ended. */
  public boolean hasOtherEnded() {
    return otherEnded;
  }
}
