package io.fastvif.cli;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifOpenVSwitch;
import io.fastvif.vif.VifVhostUser;
import java.util.List;
import java.util.Locale;

/** One VIF's result as a line of JSON. */
final class ResultLine {
  private ResultLine() {}

  /** The failure in one line, with the privilege that is missing if that is the reason. */
  static String error(PlugFailure failure) {
    return Fastvif.withHint(failure.message(), failure.errno());
  }

  /** A VIF that could not be planned, and so was not touched. */
  static String of(VifInput input, WrongInputException problem) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", input.request().vif().id().orElse(""));
          out.writeStringField("name", name(input.request().vif()));
          out.writeStringField("outcome", Outcome.FAILED.name().toLowerCase(Locale.ROOT));
          JsonText.strings(out, "devices", List.of());
          JsonText.strings(out, "notes", List.of());
          out.writeStringField("error", problem.getMessage());
          out.writeStringField("step", "plan");
          JsonText.strings(out, "left_behind", List.of());
          out.writeEndObject();
        });
  }

  /** The device's name, as its plan would have it. */
  private static String name(Vif vif) {
    return switch (vif) {
      case VifGeneric generic -> generic.vifName().orElse("");
      case VifBridge bridged -> bridged.vifName().orElse("");
      case VifOpenVSwitch port -> port.vifName().orElse("");
      case VifDirect direct -> direct.vifName().orElse("");
      case VifVhostUser port -> port.vifName().orElse("");
      case VifHostDevice noDeviceOfItsOwn -> "";
      case VifNestedDpdk noDeviceOfItsOwn -> "";
    };
  }

  static String of(PlugResult result) {
    return of(result, result.plan().name());
  }

  /** The result of a VIF of the input, which may have no plan. */
  static String of(VifInput input, PlugResult result) {
    PlugPlan plan = result.plan();
    return of(result, plan == null ? name(input.request().vif()) : plan.name());
  }

  private static String of(PlugResult result, String name) {
    PlugPlan plan = result.plan();
    PlugFailure failure = result.failure();
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", result.vifId());
          out.writeStringField("name", name);
          out.writeStringField("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
          JsonText.strings(out, "devices", failure == null ? plan.devices() : List.of());
          JsonText.strings(out, "notes", result.notes());
          if (failure == null) {
            out.writeNullField("error");
          } else {
            out.writeStringField("error", error(failure));
            out.writeStringField("step", failure.step());
            if (failure.errno() != 0) {
              out.writeStringField("errno", Errno.name(failure.errno()));
            }
            JsonText.strings(out, "left_behind", failure.leftBehind());
          }
          out.writeEndObject();
        });
  }
}
