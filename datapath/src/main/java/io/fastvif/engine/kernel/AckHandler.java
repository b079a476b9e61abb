package io.fastvif.engine.kernel;

/** Told the kernel's answer to one message. */
public interface AckHandler {

  /**
   * The answer to a message.
   *
   * @param sequence the message's sequence number
   * @param errno 0 if it was carried out, else a positive error number
   * @param message what the kernel says about an error, or null
   */
  void acknowledged(int sequence, int errno, String message);

  /** The VIF that a message which is about to be sent is for, for a trace; null for several. */
  default String vifId(int sequence) {
    return null;
  }
}
