package io.fastvif.agent.client;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;

/** The agent has closed the connection instead of answering. */
public final class SilentEndException extends FastvifIOException {
  private static final long serialVersionUID = 1L;

  private final boolean beforeRequest;

  /**
   * @param beforeRequest whether it had closed it before it was asked
   */
  SilentEndException(String message, boolean beforeRequest) {
    super(FailureKind.OTHER, message);
    this.beforeRequest = beforeRequest;
  }

  boolean isBeforeRequest() {
    return beforeRequest;
  }
}
