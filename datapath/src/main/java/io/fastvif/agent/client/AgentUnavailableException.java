package io.fastvif.agent.client;

import io.fastvif.bindings.FastvifIOException;

/** There is no agent at the socket, or it does not let this user in. */
public final class AgentUnavailableException extends FastvifIOException {
  private static final long serialVersionUID = 1L;

  /**
   * Says why.
   *
   * @param message one line for people
   * @param cause what the socket said; null for nothing
   */
  public AgentUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
