package io.fastvif.engine;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;

/**
 * What something that was thrown means to the operation that it ends.
 *
 * @param errno the kernel's positive error number; 0 if it gave none
 * @param detail why, in words
 * @param isOurs whether nobody but fastvif itself can be at fault
 */
record Fault(int errno, String detail, boolean isOurs) {

  static Fault of(Throwable thrown) {
    return switch (thrown) {
      case SystemCallException refused -> new Fault(refused.errno(), words(refused), false);
      case NetlinkException refused -> new Fault(refused.errno(), words(refused), false);
      case IllegalStateException broken -> new Fault(0, words(broken), true);
      default -> new Fault(0, thrown.toString(), true);
    };
  }

  private static String words(Throwable thrown) {
    return thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
  }
}
