package io.fastvif.engine;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
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
      case SystemCallException refused -> refused(vifId, refused.errno(), refused);
      case NetlinkException refused -> refused(vifId, refused.errno(), refused);
      case UncheckedIOException unreadable -> refused(vifId, 0, unreadable);
      default -> {
        errorHandler.accept(problem);
        yield refused(vifId, 0, "an error of fastvif's own: " + problem);
      }
    };
  }

  private static PlugFailure refused(String vifId, int errno, Object detail) {
    String text = detail instanceof Throwable thrown ? thrown.getMessage() : detail.toString();
    return new PlugFailure(vifId, STEP, errno, String.valueOf(text), List.of());
  }
}
