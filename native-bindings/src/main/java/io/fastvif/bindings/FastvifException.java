package io.fastvif.bindings;

/**
 * What fastvif throws when it could not do what it was asked for: the base of all its unchecked
 * exceptions. The predicates of {@link Failure} say what a caller can do about it; the message says
 * what was refused, in the kernel's own words where it gave some.
 *
 * <pre>{@code
 * try (Netns namespace = NamedNetns.open("tenant-7")) {
 *   ...
 * } catch (FastvifException failed) {
 *   if (!failed.notFound()) {
 *     throw failed;
 *   }
 * }
 * }</pre>
 *
 * <p>Two are not under it. {@link FastvifIOException} has the same predicates and is an {@code
 * IOException}, for methods that also read and write files. A VIF or a configuration that is wrong
 * in itself is an {@link IllegalArgumentException} ({@code InvalidInputException}): the host was
 * not asked, and none of the predicates could be true.
 */
public abstract class FastvifException extends RuntimeException implements Failure {
  private static final long serialVersionUID = 1L;

  private final FailureKind kind;

  /** Says what failed, and of what kind that is. */
  protected FastvifException(String message, FailureKind kind) {
    this(message, kind, null);
  }

  /** Says what failed, of what kind that is, and what it came from; null for nothing. */
  protected FastvifException(String message, FailureKind kind, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  @Override
  public final FailureKind kind() {
    return kind;
  }

  /** Of the system call, or of what this exception came from. */
  @Override
  public int errno() {
    return Errno.of(getCause());
  }
}
