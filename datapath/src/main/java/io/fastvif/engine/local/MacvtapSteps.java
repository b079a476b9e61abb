package io.fastvif.engine.local;

import io.fastvif.files.HostPath;
import io.fastvif.macvtap.TapNode;
import io.fastvif.plan.MacvtapStep;
import java.io.IOException;
import java.util.function.IntFunction;

/** Does the slow steps about macvtaps, in the namespace of the calling thread. */
public final class MacvtapSteps {
  private MacvtapSteps() {}

  /**
   * Does one.
   *
   * @param functions says who uses virtual functions of the link of an index, null for nobody
   * @return false if there was nothing to do
   */
  public static boolean perform(MacvtapStep step, IntFunction<String> functions)
      throws IOException {
    return switch (step) {
      case MacvtapStep.MakeTapFile make ->
          TapNode.of(make.name(), HostPath.of(make.folder()))
              .prepare(make.owner().orElse(-1), make.group().orElse(-1), make.mode().orElse(-1));
      case MacvtapStep.RemoveTapFile remove ->
          TapNode.of(remove.name(), HostPath.of(remove.folder())).remove();
      case MacvtapStep.SetDownIfUnused down -> LowerDevices.setDownIfUnused(down, functions);
    };
  }
}
