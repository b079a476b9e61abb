package io.fastvif.engine;

import io.fastvif.plan.Action;

/** How an operation on a VIF ended. */
public enum Outcome {
  /** The VIF is plugged now; something on the host was changed for it. */
  PLUGGED,
  /** The VIF is unplugged now; something on the host was changed for it. */
  UNPLUGGED,
  /** A link that exists was changed. */
  CHANGED,
  /** The host was as it should be; nothing was changed. */
  UNCHANGED,
  /** The operation failed and was undone. */
  FAILED;

  /** How an operation ends that has changed something. */
  static Outcome of(Action action) {
    return switch (action) {
      case PLUG -> PLUGGED;
      case UNPLUG -> UNPLUGGED;
      case CHANGE -> CHANGED;
    };
  }
}
