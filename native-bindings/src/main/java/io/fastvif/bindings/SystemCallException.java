package io.fastvif.bindings;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A system call failed. Its message reads like {@code ioctl(7, TUNSETIFF): EBUSY (Device or
 * resource busy)}.
 */
public class SystemCallException extends FastvifException {

  private static final long serialVersionUID = 1L;

  private final String call;
  private final transient List<Object> arguments;
  private final int errno;

  /**
   * Makes an exception.
   *
   * @param call the call's name
   * @param errno the positive error number
   * @param arguments the call's arguments, as they should be shown: {@code "TUNSETIFF"} says more
   *     than its number
   */
  public SystemCallException(String call, int errno, Object... arguments) {
    super(message(call, errno, arguments), FailureKind.ofErrno(errno));
    this.call = call;
    this.errno = errno;
    this.arguments = List.of(arguments);
  }

  /** The call's name. */
  public String call() {
    return call;
  }

  /** The call's arguments, as given; empty after deserialization. */
  public List<Object> arguments() {
    return arguments == null ? List.of() : arguments;
  }

  @Override
  public int errno() {
    return errno;
  }

  /**
   * Throws if a call failed. For cold paths: it allocates.
   *
   * @param result the call's result, negative if it is a negated errno
   * @param call the call's name
   * @param arguments the call's arguments, as they should be shown; none is null
   * @return {@code result}
   */
  public static int check(int result, String call, Object... arguments) {
    if (result < 0) {
      throw new SystemCallException(call, -result, arguments);
    }
    return result;
  }

  /** As {@link #check(int, String, Object...)}, for a call with a long result. */
  public static long check(long result, String call, Object... arguments) {
    if (result < 0) {
      throw new SystemCallException(call, (int) -result, arguments);
    }
    return result;
  }

  private static String message(String call, int errno, Object[] arguments) {
    return List.of(arguments).stream()
            .map(String::valueOf)
            .collect(Collectors.joining(", ", call + "(", "): "))
        + Errno.describe(errno);
  }
}
