package io.fastvif.netlink;

/**
 * The socket's receive buffer was full and the kernel dropped messages (ENOBUFS). Those already in
 * the buffer can still be received. On a socket of events, the cure is to read everything again; on
 * one of requests, the answers are lost and what was carried out must be read back.
 */
public class MessagesLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param receiveBufferSize of the socket, in bytes
   */
  public MessagesLostException(int receiveBufferSize) {
    super(
        "ENOBUFS: netlink messages were dropped, the receive buffer of "
            + receiveBufferSize
            + " bytes was full");
  }

  MessagesLostException(String message) {
    super(message);
  }
}
