package io.fastvif.netlink;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/** Objects changed during each of several tries to read them all (NLM_F_DUMP_INTR). */
public final class DumpInterruptedException extends FastvifException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param request what was asked
   * @param tries how often
   */
  public DumpInterruptedException(String request, int tries) {
    super(
        request + ": interrupted by changes " + tries + " times in a row (NLM_F_DUMP_INTR)",
        FailureKind.BUSY);
  }
}
