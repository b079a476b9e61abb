package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

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
      case IOException failed -> new Fault(errno(failed), words(failed), false);
      case UncheckedIOException failed -> new Fault(errno(failed), words(failed), false);
      case IllegalStateException broken -> new Fault(0, words(broken), true);
      default -> new Fault(0, thrown.toString(), true);
    };
  }

  /** Of what the kernel refused underneath, also where the JDK asked it. */
  private static int errno(Throwable failed) {
    return switch (failed) {
      case SystemCallException refused -> refused.errno();
      case NetlinkException refused -> refused.errno();
      case NoSuchFileException missing -> Errno.ENOENT;
      case AccessDeniedException denied -> Errno.EACCES;
      case FileAlreadyExistsException there -> Errno.EEXIST;
      case NotDirectoryException other -> Errno.ENOTDIR;
      case DirectoryNotEmptyException used -> Errno.ENOTEMPTY;
      case FileSystemLoopException loop -> Errno.ELOOP;
      case Throwable other -> other.getCause() == null ? 0 : errno(other.getCause());
    };
  }

  private static String words(Throwable thrown) {
    return thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
  }
}
