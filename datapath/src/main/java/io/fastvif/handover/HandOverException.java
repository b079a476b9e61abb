package io.fastvif.handover;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** Why a hand-over did not take place: who served before goes on. */
public final class HandOverException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public HandOverException(String message) {
    super(message, FailureKind.OTHER);
  }

  /** Says why, and what has led to it. */
  public HandOverException(String message, Throwable cause) {
    super(message, FailureKind.OTHER, cause);
  }
}
