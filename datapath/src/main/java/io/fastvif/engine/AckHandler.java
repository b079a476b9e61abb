package io.fastvif.engine;

/** Told the kernel's answer to one message. */
interface AckHandler {

  /**
   * The answer to a message.
   *
   * @param sequence the message's sequence number
   * @param errno 0 if it was carried out, else a positive error number
   * @param message what the kernel says about an error, or null
   */
  void acknowledged(int sequence, int errno, String message);
}
