package io.fastvif.netlink;

/**
 * A datagram was longer than the buffers that it was received into, so it is lost, and what was
 * received with it too. The socket has longer buffers from now on: ask again.
 */
public final class MessageTooLongException extends MessagesLostException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param length the datagram's, in bytes
   * @param bufferSize what there was room for
   */
  public MessageTooLongException(int length, int bufferSize) {
    super("a netlink datagram of " + length + " bytes was received into " + bufferSize);
  }
}
