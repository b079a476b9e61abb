package io.fastvif.handover;

/** What a message of the hand-over says; its number is part of the format. */
public enum HandOverKind {
  /** The new process: which versions it reads. */
  HELLO(1),
  /** The old one: all that is known before the rings stop. */
  OFFER(2),
  /** The new one: all is made, nothing is started. */
  PREPARED(3),
  /** The old one: the rings are stopped, and go on there. */
  GIVEN(4),
  /** The new one: they are its own. */
  TAKEN(5),
  /** The old one goes on, and why. */
  WITHDRAWN(6);

  private final int number;

  HandOverKind(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** The one with that number; null if there is none. */
  static HandOverKind of(int number) {
    for (HandOverKind kind : values()) {
      if (kind.number == number) {
        return kind;
      }
    }
    return null;
  }
}
