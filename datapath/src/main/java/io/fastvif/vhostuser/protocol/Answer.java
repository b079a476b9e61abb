package io.fastvif.vhostuser.protocol;

/** What follows a request. */
public enum Answer {
  /** Nothing, unless an acknowledgement was asked for. */
  NONE,
  /** A reply with contents; an acknowledgement that is asked for beside it makes no difference. */
  REPLY
}
