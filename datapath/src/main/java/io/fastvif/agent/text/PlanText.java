package io.fastvif.agent.text;

import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import java.util.List;

/** What a plan would do, for people and for programs. */
public final class PlanText {
  private PlanText() {}

  /**
   * A step as it is shown.
   *
   * @param step what is done
   * @param undo how it is taken back; null for nothing
   * @param shared whether the undo is left out while another VIF uses the same
   * @param onlyIfCreated whether it is done only to what was just created
   */
  public record ShownStep(String step, String undo, boolean shared, boolean onlyIfCreated) {}

  /** Numbered steps, each with its undo, and notes; every line ends. */
  public static String text(PlugPlan plan) {
    List<ShownStep> steps =
        plan.steps().stream()
            .map(
                planned ->
                    new ShownStep(
                        planned.step().toString(),
                        planned.undo() == null ? null : planned.undo().toString(),
                        planned.shared(),
                        planned.onlyIfCreated()))
            .toList();
    return text(plan.vifId(), plan.name(), steps, plan.notes());
  }

  /** The same of a plan that is known only as it is shown. */
  public static String text(String id, String name, List<ShownStep> steps, List<String> notes) {
    StringBuilder text = new StringBuilder("VIF ").append(id);
    if (!name.isEmpty()) {
      text.append(' ').append(name);
    }
    text.append(steps.isEmpty() ? ": nothing to do\n" : ":\n");
    int number = 0;
    for (ShownStep shown : steps) {
      text.append(String.format("%3d. %s", ++number, shown.step()));
      if (shown.onlyIfCreated()) {
        text.append(" (only if created just now)");
      }
      text.append('\n');
      if (shown.undo() != null) {
        text.append("     undo: ").append(shown.undo());
        text.append(shown.shared() ? " (unless in use by another VIF)\n" : "\n");
      }
    }
    for (String note : notes) {
      text.append("     note: ").append(note).append('\n');
    }
    return text.toString();
  }

  /** A line of JSON. */
  public static String line(PlugPlan plan) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", plan.vifId());
          out.writeStringField("name", plan.name());
          JsonText.strings(out, "devices", plan.devices());
          out.writeArrayFieldStart("steps");
          for (PlannedStep planned : plan.steps()) {
            out.writeStartObject();
            out.writeStringField("step", planned.step().toString());
            if (planned.undo() == null) {
              out.writeNullField("undo");
            } else {
              out.writeStringField("undo", planned.undo().toString());
            }
            out.writeBooleanField("shared", planned.shared());
            out.writeBooleanField("only_if_created", planned.onlyIfCreated());
            out.writeEndObject();
          }
          out.writeEndArray();
          JsonText.strings(out, "notes", plan.notes());
          out.writeEndObject();
        });
  }
}
