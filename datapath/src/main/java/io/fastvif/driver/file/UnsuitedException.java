package io.fastvif.driver.file;

import io.fastvif.bindings.Failure;
import io.fastvif.bindings.FailureKind;

/** Why an endpoint of some type cannot be given. */
final class UnsuitedException extends Exception implements Failure {
  private static final long serialVersionUID = 1L;

  private final FailureKind kind;
  private final int errno;

  /** What the network or its options do not allow. */
  UnsuitedException(String reason) {
    this(FailureKind.OTHER, reason);
  }

  UnsuitedException(FailureKind kind, String reason) {
    super(reason);
    this.kind = kind;
    errno = 0;
  }

  /** In other words, with the kind and number of what failed. */
  UnsuitedException(Failure failure, String reason) {
    super(reason);
    kind = failure.kind();
    errno = failure.errno();
  }

  @Override
  public FailureKind kind() {
    return kind;
  }

  @Override
  public int errno() {
    return errno;
  }
}
