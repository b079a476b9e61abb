package io.fastvif.engine.local;

import io.fastvif.plan.WaitingStep;
import io.fastvif.portprofile.PortChange;
import java.io.IOException;

/**
 * A step that waits for another process or another machine, looked at again and again until it has
 * come to its end, so that no thread waits with it.
 */
public interface StepWait extends AutoCloseable {
  /** Where a wait stands. */
  enum State {
    WAITING,
    /** Done; there was nothing to do. */
    SATISFIED,
    /** Done, and something was changed. */
    CHANGED
  }

  /** Begins a step; its time runs from now on. */
  static StepWait of(WaitingStep step) {
    return switch (step) {
      case WaitingStep.AwaitBackend await -> new BackendWait(await);
      case WaitingStep.AssociatePort associate ->
          new PortWait(
              PortChange.associate(
                  associate.port(), associate.preassociate(), associate.timeoutSeconds()));
      case WaitingStep.DisassociatePort disassociate ->
          new PortWait(PortChange.disassociate(disassociate.port(), disassociate.timeoutSeconds()));
    };
  }

  /** What ends a wait at its first look: whether something was changed. */
  interface OneLook {
    boolean look() throws IOException;
  }

  /** A wait for somebody who needs no time. */
  static StepWait ending(OneLook only) {
    return new StepWait() {
      @Override
      public State look() throws IOException {
        return only.look() ? State.CHANGED : State.SATISFIED;
      }

      @Override
      public long pauseNanos() {
        return 0;
      }

      @Override
      public void giveUp(String reason) {
        // it ends all the same
      }

      @Override
      public void close() {
        // it holds nothing
      }
    };
  }

  /**
   * Looks how it stands, without waiting. In the namespace of the calling thread.
   *
   * @throws IOException if it has failed, or its time is over; nothing of it is left
   */
  State look() throws IOException;

  /** How long nothing will happen that needs a look, in nanoseconds; asked after each. */
  long pauseNanos();

  /**
   * Has it fail soon, if it is still under way: the next looks take back what it has begun.
   *
   * @param reason why, in words
   */
  void giveUp(String reason);

  @Override
  void close();
}
