package io.fastvif.netlink;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;

/**
 * The socket's receive buffer was full and the kernel dropped messages (ENOBUFS). Those already in
 * the buffer can still be received. On a socket of events, the cure is to read everything again; on
 * one of requests, the answers are lost and what was carried out must be read back.
 */
public class MessagesLostException extends FastvifException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * Makes the exception.
   *
   * @param receiveBufferSize of the socket, in bytes
   */
  public MessagesLostException(int receiveBufferSize) {
    super(
        "ENOBUFS: netlink messages were dropped, the receive buffer of "
            + receiveBufferSize
            + " bytes was full",
        FailureKind.OTHER);
    errno = Errno.ENOBUFS;
  }

  MessagesLostException(String message) {
    super(message, FailureKind.OTHER);
    errno = 0;
  }

  /** ENOBUFS; 0 where the kernel did not say so. */
  @Override
  public final int errno() {
    return errno;
  }
}
