package io.fastvif.bindings;

/**
 * Somebody else holds what is needed, a lock or a device. Nothing was changed; the call may be
 * repeated once that is released.
 */
public final class HeldException extends FastvifIOException {
  private static final long serialVersionUID = 1L;

  /** Says what is held, and by whom if that is known. */
  public HeldException(String message) {
    super(FailureKind.BUSY, message);
  }
}
