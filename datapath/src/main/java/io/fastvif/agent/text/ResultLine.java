package io.fastvif.agent.text;

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
public final class ResultLine {
  private static final String PRIVILEGE = "root or CAP_NET_ADMIN";

  private ResultLine() {}

  /** The failure in one line, with the privilege that is missing if that is the reason. */
  public static String error(PlugFailure failure) {
    return withHint(failure.message(), failure.errno());
  }

  /** Says what privilege is needed if that is the reason, and is not said yet. */
  public static String withHint(String message, int errno) {
    boolean denied = errno == Errno.EPERM || errno == Errno.EACCES;
    return denied && !message.contains(PRIVILEGE) ? message + "; this needs " + PRIVILEGE : message;
  }

  /** A VIF that could not be planned, and so was not touched. */
  public static String ofWrong(Vif vif, String problem) {
    return ofWrong(vif.id().orElse(""), name(vif), problem);
  }

  /**
   * Something that could not be planned, or was no VIF at all.
   *
   * @param id the VIF's, empty if it has none
   * @param name of its device, empty if it has none
   */
  public static String ofWrong(String id, String name, String problem) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", id);
          out.writeStringField("name", name);
          out.writeStringField("outcome", Outcome.FAILED.name().toLowerCase(Locale.ROOT));
          JsonText.strings(out, "devices", List.of());
          JsonText.strings(out, "notes", List.of());
          out.writeStringField("error", problem);
          out.writeStringField("step", "plan");
          JsonText.strings(out, "left_behind", List.of());
          out.writeEndObject();
        });
  }

  /** The device's name, as its plan would have it; empty if it has none. */
  public static String name(Vif vif) {
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

  /** The result of something that has a plan. */
  public static String of(PlugResult result) {
    return of(result, result.plan().name());
  }

  /** The result of a VIF of the input, which may have no plan. */
  public static String of(Vif vif, PlugResult result) {
    PlugPlan plan = result.plan();
    return of(result, plan == null ? name(vif) : plan.name());
  }

  /**
   * The result of a VIF of which only the id may be known.
   *
   * @param name of its device, empty if it has none or it is not known
   */
  public static String of(PlugResult result, String name) {
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
