package io.fastvif.bindings;

import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeoutException;

/**
 * What kind of failure something is, for callers that decide by it: to go on, to wait and try
 * again, or to ask for more rights. Where the kernel gave an error number, the kind follows from
 * that alone:
 *
 * <table>
 *   <caption>Error numbers and their kinds</caption>
 *   <tr><th>kind</th><th>error numbers</th></tr>
 *   <tr><td>{@link #EXISTS}</td><td>EEXIST</td></tr>
 *   <tr><td>{@link #NOT_FOUND}</td><td>ENOENT, ESRCH, ENXIO, ENODEV, EADDRNOTAVAIL</td></tr>
 *   <tr><td>{@link #NOT_PERMITTED}</td><td>EPERM, EACCES, EROFS</td></tr>
 *   <tr><td>{@link #TIMED_OUT}</td><td>ETIMEDOUT, ETIME</td></tr>
 *   <tr><td>{@link #BUSY}</td><td>EBUSY, EAGAIN, ETXTBSY, EADDRINUSE</td></tr>
 *   <tr><td>{@link #OTHER}</td><td>all others</td></tr>
 * </table>
 *
 * <p>rtnetlink answers ESRCH for a route or rule that is not there, and EADDRNOTAVAIL for an
 * address. EROFS is what a container with a read-only {@code /proc/sys} answers.
 */
public enum FailureKind {
  /** What should be made is there already, and is not what was wanted or not the caller's. */
  EXISTS,
  /** Something that is needed is not there. */
  NOT_FOUND,
  /** The process may not do it. */
  NOT_PERMITTED,
  /** What was waited for did not come within its time limit. */
  TIMED_OUT,
  /** Somebody else has it, or it changes too often; later it may succeed. */
  BUSY,
  /** Something else. */
  OTHER;

  private static final int MAX_CAUSES = 16;

  /**
   * The kind of a failure that the kernel gave a number.
   *
   * @param errno the positive error number; 0, of no kind, where there is none
   */
  public static FailureKind ofErrno(int errno) {
    return switch (errno) {
      case Errno.EEXIST -> EXISTS;
      case Errno.ENOENT, Errno.ESRCH, Errno.ENXIO, Errno.ENODEV, Errno.EADDRNOTAVAIL -> NOT_FOUND;
      case Errno.EPERM, Errno.EACCES, Errno.EROFS -> NOT_PERMITTED;
      case Errno.ETIMEDOUT, Errno.ETIME -> TIMED_OUT;
      case Errno.EBUSY, Errno.EAGAIN, Errno.ETXTBSY, Errno.EADDRINUSE -> BUSY;
      default -> OTHER;
    };
  }

  /**
   * The kind of something that was thrown: its own if it is a {@link Failure}, what the JDK's class
   * says of files and time limits, otherwise its cause's.
   */
  public static FailureKind of(Throwable thrown) {
    Throwable each = thrown;
    for (int i = 0; i < MAX_CAUSES && each != null; i++) {
      FailureKind kind = ofOne(each);
      if (kind != null) {
        return kind;
      }
      each = each.getCause();
    }
    return OTHER;
  }

  private static FailureKind ofOne(Throwable thrown) {
    return switch (thrown) {
      case Failure failure -> failure.kind();
      case NoSuchFileException absent -> NOT_FOUND;
      case AccessDeniedException refused -> NOT_PERMITTED;
      case FileAlreadyExistsException there -> EXISTS;
      case SocketTimeoutException late -> TIMED_OUT;
      case TimeoutException late -> TIMED_OUT;
      default -> null;
    };
  }
}
