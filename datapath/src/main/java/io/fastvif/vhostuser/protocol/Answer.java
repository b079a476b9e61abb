package io.fastvif.vhostuser.protocol;

/** What a request is answered with. */
public enum Answer {
  /** Nothing, unless the frontend asked for an acknowledgement (REPLY_ACK). */
  NONE,
  /** A reply with a payload, whether or not an acknowledgement was asked for. */
  REPLY
}
