package io.fastvif.agent.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifState;
import io.fastvif.agent.text.JsonText;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.json.PlugRequest;
import io.fastvif.json.VersionedObjectWriter;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A VIF as the agent knows it, as JSON. */
final class VifText {
  private VifText() {}

  static String word(VifState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /** What a list says of it. */
  static String summary(KeptVif vif) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          writeSummary(out, vif);
          out.writeEndObject();
        });
  }

  /** All that is known, with what was declared. */
  static String whole(KeptVif vif) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          writeSummary(out, vif);
          Optional<PlugRequest> declared = vif.request();
          if (declared.isPresent()) {
            out.writeFieldName("vif");
            out.writeRawValue(VersionedObjectWriter.write(declared.get().vif()));
            if (declared.get().instance().isPresent()) {
              out.writeFieldName("instance");
              out.writeRawValue(VersionedObjectWriter.write(declared.get().instance().get()));
            }
          }
          out.writeObjectFieldStart("options");
          for (Map.Entry<String, String> option : new TreeMap<>(vif.options()).entrySet()) {
            out.writeStringField(option.getKey(), option.getValue());
          }
          out.writeEndObject();
          out.writeEndObject();
        });
  }

  private static void writeSummary(JsonGenerator out, KeptVif vif) throws IOException {
    out.writeStringField("id", vif.id());
    out.writeStringField("name", vif.request().map(each -> ResultLine.name(each.vif())).orElse(""));
    out.writeStringField(
        "plugin", vif.request().map(each -> each.vif().plugin().orElse("")).orElse(""));
    out.writeStringField("state", word(vif.state()));
    out.writeStringField("since", vif.since().toString());
    JsonText.strings(out, "devices", vif.devices());
    out.writeNumberField("repairs", vif.repairs());
    out.writeStringField("problem", vif.problem());
  }
}
