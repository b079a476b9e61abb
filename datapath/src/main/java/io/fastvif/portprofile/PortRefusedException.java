package io.fastvif.portprofile;

import java.io.IOException;

/** The switch, or whoever talks to it, did not do what was asked for a port. */
public final class PortRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param reason what became of it
   */
  public PortRefusedException(String reason) {
    super(reason);
  }
}
