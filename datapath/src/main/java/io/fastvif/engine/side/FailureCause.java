package io.fastvif.engine.side;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What something that was thrown means to the operation that it ends.
 *
 * @param errno the kernel's positive error number; 0 if it gave none
 * @param detail why, in words
 * @param isOurs whether nobody but fastvif itself can be at fault
 * @param kind of what kind the failure is
 */
public record FailureCause(int errno, String detail, boolean isOurs, FailureKind kind) {

  /** What an error number and the kernel's words for it mean. */
  public static FailureCause of(int errno, String detail) {
    return new FailureCause(errno, detail, false, FailureKind.ofErrno(errno));
  }

  /** A failure of that kind for which the kernel gave no number. */
  public static FailureCause of(FailureKind kind, String detail) {
    return new FailureCause(0, detail, false, kind);
  }

  /** Reads the meaning off the class of what was thrown, and off its causes. */
  public static FailureCause of(Throwable thrown) {
    return switch (thrown) {
      case FastvifException refused -> refusal(refused);
      case IOException failed -> refusal(failed);
      case UncheckedIOException failed -> refusal(failed);
      case IllegalStateException broken ->
          new FailureCause(0, words(broken), true, FailureKind.of(broken));
      default -> new FailureCause(0, thrown.toString(), true, FailureKind.of(thrown));
    };
  }

  private static FailureCause refusal(Throwable refused) {
    return new FailureCause(Errno.of(refused), words(refused), false, FailureKind.of(refused));
  }

  private static String words(Throwable thrown) {
    return thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
  }
}
