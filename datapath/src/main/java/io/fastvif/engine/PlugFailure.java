package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.Failure;
import io.fastvif.bindings.FailureKind;
import io.fastvif.vif.InvalidInputException;
import java.util.List;
import java.util.Objects;

/**
 * Why an operation on a VIF failed. Its predicates, such as {@link #busy()}, say what a caller can
 * do about it.
 *
 * @param vifId the VIF
 * @param step the step that failed, in the words of the equivalent {@code ip} command
 * @param errno the kernel's error number, 0 where the kernel was not asked
 * @param detail the kernel's own message (netlink extended acknowledgement), or what was found
 *     instead of what was expected; empty where there is nothing to add
 * @param leftBehind what could not be undone, each with the reason; empty when nothing is left
 * @param wrongInput what is wrong with the VIF, if that is the reason: then nothing was touched;
 *     otherwise null
 * @param kind of what kind the failure is; where the kernel was asked, as its error number says
 */
public record PlugFailure(
    String vifId,
    String step,
    int errno,
    String detail,
    List<String> leftBehind,
    InvalidInputException wrongInput,
    FailureKind kind)
    implements Failure {

  /** One that is not the input's fault, of the kind that the error number says. */
  public PlugFailure(String vifId, String step, int errno, String detail, List<String> leftBehind) {
    this(vifId, step, errno, detail, leftBehind, FailureKind.ofErrno(errno));
  }

  /** One that is not the input's fault. */
  public PlugFailure(
      String vifId,
      String step,
      int errno,
      String detail,
      List<String> leftBehind,
      FailureKind kind) {
    this(vifId, step, errno, detail, leftBehind, null, kind);
  }

  /** One that is the input's fault, found by that step. */
  static PlugFailure ofInput(String vifId, String step, InvalidInputException wrong) {
    return new PlugFailure(vifId, step, 0, wrong.getMessage(), List.of(), wrong, FailureKind.OTHER);
  }

  /** Copies the list. */
  public PlugFailure {
    Objects.requireNonNull(detail);
    Objects.requireNonNull(kind);
    leftBehind = List.copyOf(leftBehind);
  }

  /** One line that names the VIF, the step and the kernel's message. */
  public String message() {
    StringBuilder text = new StringBuilder("VIF ").append(vifId).append(": ").append(step);
    if (errno != 0) {
      text.append(": ").append(Errno.name(errno));
      text.append(" (").append(Errno.message(errno)).append(')');
    }
    if (!detail.isEmpty()) {
      text.append(": ").append(detail);
    }
    if (errno == Errno.EPERM) {
      text.append("; this needs root or CAP_NET_ADMIN");
    }
    for (String rest : leftBehind) {
      text.append("; left behind: ").append(rest);
    }
    return text.toString();
  }
}
