package io.fastvif.netlink;

/**
 * Takes what a {@link NetlinkSocket} received. What is passed is valid during the call only. A
 * method that throws loses the messages that were received together with that one.
 */
public interface MessageHandler {
  /**
   * The kernel's answer to a request.
   *
   * @param sequence nlmsg_seq of the request
   * @param errno 0 if the request was carried out, else a positive error number
   * @param message what the kernel says about an error (NLMSGERR_ATTR_MSG), or null; on success
   *     always null
   * @param attributeOffset the byte of the request, from its netlink header on, where the attribute
   *     starts that the error is about (NLMSGERR_ATTR_OFFS), or -1
   */
  void onAck(int sequence, int errno, String message, int attributeOffset);

  /**
   * Any other message of the kernel: an answer, a part of a dump, an event.
   *
   * @param message stands on it
   */
  void onMessage(MessageDecoder message);

  /**
   * The end of a dump (NLMSG_DONE).
   *
   * @param sequence nlmsg_seq of the request
   * @param errno 0, or the positive error number that broke it off
   * @param interrupted whether objects changed meanwhile (NLM_F_DUMP_INTR on this message; parts
   *     received earlier carry that flag themselves)
   */
  default void onDone(int sequence, int errno, boolean interrupted) {}
}
