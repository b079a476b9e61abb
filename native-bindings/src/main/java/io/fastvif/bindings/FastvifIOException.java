package io.fastvif.bindings;

import java.io.IOException;

/**
 * As {@link FastvifException}, where a method can also fail to read or write a file and so throws
 * IOException anyway.
 */
public class FastvifIOException extends IOException implements Failure {
  private static final long serialVersionUID = 1L;

  private final FailureKind kind;

  /** Says what failed, and of what kind that is. */
  public FastvifIOException(FailureKind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** Says what failed, and what it came from, which has the kind and the error number. */
  public FastvifIOException(String message, Throwable cause) {
    super(message, cause);
    this.kind = FailureKind.of(cause);
  }

  @Override
  public final FailureKind kind() {
    return kind;
  }

  @Override
  public final int errno() {
    return Errno.of(getCause());
  }
}
