package io.fastvif.engine;

import io.fastvif.bindings.Errno;
import io.fastvif.event.Events;
import io.fastvif.event.OperationEvent;
import io.fastvif.event.OperationEvents;
import io.fastvif.plan.Action;

/** An operation as Flight Recorder sees it. What it is for is known only when it was planned. */
final class OperationRecording {
  private final OperationEvent plug = OperationEvents.plug();
  private final OperationEvent unplug = OperationEvents.unplug();
  private final OperationEvent change = OperationEvents.change();
  private final OperationEvent unplanned = OperationEvents.unplanned();

  private OperationRecording() {
    plug.begin();
    unplug.begin();
    change.begin();
    unplanned.begin();
  }

  /** An operation begins; null if nobody records. */
  static OperationRecording begin() {
    return Events.recordOperations() ? new OperationRecording() : null;
  }

  /**
   * It has ended.
   *
   * @param action null if it was not planned
   * @param failure null if it has not failed
   */
  void end(
      String namespace,
      String vifId,
      String device,
      Action action,
      Outcome outcome,
      PlugFailure failure) {
    OperationEvent event =
        switch (action) {
          case PLUG -> plug;
          case UNPLUG -> unplug;
          case CHANGE -> change;
          case null -> unplanned;
        };
    event.end();
    if (!event.shouldCommit()) {
      return;
    }
    event.namespace = namespace == null ? "" : namespace;
    event.vifId = vifId;
    event.device = device;
    event.outcome = outcome.name();
    event.failedStep = failure == null ? "" : failure.step();
    event.errno = failure == null || failure.errno() == 0 ? "" : Errno.name(failure.errno());
    event.detail = failure == null ? "" : failure.detail();
    event.leftBehind = failure == null ? 0 : failure.leftBehind().size();
    event.commit();
  }
}
