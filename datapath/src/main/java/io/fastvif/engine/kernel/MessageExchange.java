package io.fastvif.engine.kernel;

import io.fastvif.netlink.MessageEncoder;

/** A socket for requests that are only acknowledged. Used by one thread at a time. */
public interface MessageExchange extends AutoCloseable {

  /** Where messages for the next {@link #exchange} are written. */
  MessageEncoder encoder();

  /** How many messages one exchange may hold, so that their answers fit the receive buffer. */
  int messageLimit();

  /**
   * Sends the encoder's messages, each of which asks for an acknowledgement, and hands on every
   * acknowledgement before it returns.
   */
  void exchange(AckHandler acks);

  @Override
  void close();
}
