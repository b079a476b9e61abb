package io.fastvif.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.fastvif.agent.text.JsonText;
import io.fastvif.lease.VfPool;
import io.fastvif.lease.VfUse;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.VfSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** {@code vf list}. */
final class VfList {
  private static final String FORMAT = "%-15s  %3s  %-12s  %-12s  %-15s  %-15s  %-36s  %s%n";

  private VfList() {}

  static int run(Arguments arguments, List<String> words, PrintWriter out) {
    return Engines.plan(
        arguments,
        host -> {
          List<PhysicalFunctionState> physical = new ArrayList<>();
          words.forEach(word -> physical.add(PhysicalFunctions.find(host, word)));
          if (words.isEmpty()) {
            physical.addAll(host.sriov().physicalFunctions());
          }
          boolean json = arguments.has(VfCommand.JSON);
          if (!json) {
            out.printf(
                FORMAT, "PF", "VF", "ADDRESS", "DRIVER", "LINK", "REPRESENTOR", "USE", "SETTINGS");
          }
          for (PhysicalFunctionState pf : physical) {
            for (VfUse use : VfPool.of(host, pf.address()).uses()) {
              VfSettings settings = host.devices().settings(use.function().address()).orElse(null);
              if (json) {
                out.println(line(pf, use, settings));
              } else {
                print(out, pf, use, settings);
              }
            }
          }
          return Fastvif.DONE;
        });
  }

  private static void print(
      PrintWriter out, PhysicalFunctionState pf, VfUse use, VfSettings settings) {
    out.printf(
        FORMAT,
        pf.link() == null ? pf.address() : pf.link().name(),
        use.function().number(),
        use.function().address(),
        word(use.function().driver()),
        word(use.function().link()),
        word(use.function().representor()),
        use.lease() != null ? use.lease().holder() : use.busy() != null ? use.busy() : "free",
        settings == null ? "" : settings.words());
  }

  private static String word(Object value) {
    return value == null ? "-" : value.toString();
  }

  private static String line(PhysicalFunctionState pf, VfUse use, VfSettings settings) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("pf", pf.address().toString());
          text(out, "pf_link", pf.link());
          out.writeNumberField("vf", use.function().number());
          out.writeStringField("address", use.function().address().toString());
          text(out, "driver", use.function().driver());
          text(out, "link", use.function().link());
          text(out, "representor", use.function().representor());
          out.writeBooleanField("free", use.isFree());
          text(out, "holder", use.lease() == null ? null : use.lease().holder());
          out.writeBooleanField("plugged", use.lease() != null && use.lease().former() != null);
          text(out, "busy", use.busy());
          if (settings != null) {
            settings(out, settings);
          }
          out.writeEndObject();
        });
  }

  private static void settings(JsonGenerator out, VfSettings settings) throws IOException {
    text(out, "mac", settings.address());
    if (settings.vlan() != null) {
      out.writeNumberField("vlan", settings.vlan().id());
      out.writeNumberField("qos", settings.vlan().qos());
      text(out, "proto", settings.vlan().protocol());
    }
    flag(out, "spoofchk", settings.spoofCheck());
    flag(out, "trust", settings.trust());
    text(out, "state", settings.linkState());
    if (settings.rates() != null) {
      out.writeNumberField("min_tx_rate", settings.rates().min());
      out.writeNumberField("max_tx_rate", settings.rates().max());
    }
    flag(out, "query_rss", settings.rssQuery());
    text(out, "node_guid", VfSettings.guid(settings.nodeGuid()));
    text(out, "port_guid", VfSettings.guid(settings.portGuid()));
  }

  private static void text(JsonGenerator out, String name, Object value) throws IOException {
    if (value == null) {
      out.writeNullField(name);
    } else {
      out.writeStringField(name, value.toString());
    }
  }

  private static void flag(JsonGenerator out, String name, Boolean value) throws IOException {
    if (value == null) {
      out.writeNullField(name);
    } else {
      out.writeBooleanField(name, value);
    }
  }
}
