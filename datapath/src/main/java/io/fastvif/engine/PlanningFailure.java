package io.fastvif.engine;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifException;
import io.fastvif.engine.side.FailureCause;
import io.fastvif.vif.InvalidInputException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;

/** Says why an operation could not be planned. */
final class PlanningFailure {
  private static final String STEP = "plan";

  private PlanningFailure() {}

  /**
   * The failure of that operation.
   *
   * @param errorHandler told of what is neither the input's fault nor the kernel's
   */
  static PlugFailure of(String vifId, Throwable problem, Consumer<Throwable> errorHandler) {
    return switch (problem) {
      case EngineClosedException closed -> closed.failure(vifId);
      case InvalidInputException wrong -> PlugFailure.ofInput(vifId, STEP, wrong);
      case FastvifException refused -> refused(vifId, FailureCause.of(refused));
      case UncheckedIOException unreadable -> refused(vifId, FailureCause.of(unreadable));
      default -> {
        errorHandler.accept(problem);
        yield refused(
            vifId, FailureCause.of(FailureKind.OTHER, "an error of fastvif's own: " + problem));
      }
    };
  }

  private static PlugFailure refused(String vifId, FailureCause fault) {
    return new PlugFailure(vifId, STEP, fault.errno(), fault.detail(), List.of(), fault.kind());
  }
}
