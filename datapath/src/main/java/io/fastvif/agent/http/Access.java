package io.fastvif.agent.http;

/** What a caller needs to be allowed for a route. */
public enum Access {
  /** To see what there is. */
  READ,
  /** To change it. Who may do so may also read. */
  CHANGE
}
