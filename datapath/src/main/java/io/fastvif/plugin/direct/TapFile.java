package io.fastvif.plugin.direct;

import io.fastvif.plan.MacvtapStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.Step;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.vif.InvalidInputException;
import java.util.OptionalInt;

/**
 * How the device files of macvtaps are to be.
 *
 * @param folder where they are
 * @param owner the user id; empty to leave it as the kernel made it
 * @param group the group id, likewise
 * @param mode the permissions, likewise
 */
record TapFile(String folder, OptionalInt owner, OptionalInt group, OptionalInt mode) {
  private static final int OCTAL = 8;

  static TapFile of(PluginOptions options) {
    String folder = options.text("device_folder", "/dev");
    if (!folder.startsWith("/") || folder.indexOf('\0') >= 0) {
      throw InvalidInputException.ofValue(
          "device_folder", folder, "is not a folder", "an absolute path");
    }
    return new TapFile(
        folder, options.id("owner"), options.id("group"), mode(options.text("mode", "")));
  }

  private static OptionalInt mode(String text) {
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!text.matches("0?[0-7]{3}")) {
      throw InvalidInputException.ofValue(
          "mode", text, "is not permissions", "three octal digits such as 0660");
    }
    return OptionalInt.of(Integer.parseInt(text, OCTAL));
  }

  PlannedStep make(String name) {
    return PlannedStep.own(makeStep(name), new MacvtapStep.RemoveTapFile(name, folder));
  }

  PlannedStep remove(String name) {
    return PlannedStep.own(new MacvtapStep.RemoveTapFile(name, folder), makeStep(name));
  }

  private Step makeStep(String name) {
    return new MacvtapStep.MakeTapFile(name, folder, owner, group, mode);
  }
}
