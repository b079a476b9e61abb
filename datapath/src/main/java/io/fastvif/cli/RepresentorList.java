package io.fastvif.cli;

import io.fastvif.agent.text.JsonText;
import io.fastvif.switchdev.Representor;
import io.fastvif.switchdev.SwitchdevMonitor;
import io.fastvif.vif.PciAddress;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** {@code representor list}. */
final class RepresentorList {
  private static final String FORMAT = "%-15s  %-6s  %-20s  %2s  %6s  %-12s  %s%n";

  private RepresentorList() {}

  static int run(Arguments arguments, List<String> words, PrintWriter out) {
    if (!words.isEmpty()) {
      throw WrongInputException.of("representor list: unexpected '" + words.getFirst() + "'");
    }
    return Engines.look(
        arguments,
        monitor -> {
          boolean json = arguments.has(RepresentorCommand.JSON);
          if (!json) {
            out.printf(FORMAT, "LINK", "KIND", "DEVICE", "PF", "NUMBER", "FUNCTION", "SWITCH");
          }
          for (Representor one : monitor.index().all()) {
            if (json) {
              out.println(line(monitor, one));
            } else {
              out.printf(
                  FORMAT,
                  one.link().name(),
                  one.kind(),
                  one.device() == null ? "-" : one.device(),
                  one.pf().isPresent() ? one.pf().getAsInt() : "-",
                  one.number(),
                  monitor.functionOf(one).map(PciAddress::toString).orElse("-"),
                  one.switchId() == null ? "-" : one.switchId());
            }
          }
          return Fastvif.DONE;
        });
  }

  private static String line(SwitchdevMonitor monitor, Representor one) {
    Optional<PciAddress> function = monitor.functionOf(one);
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("link", one.link().name());
          out.writeNumberField("index", one.link().index());
          out.writeStringField("kind", one.kind().toString());
          out.writeStringField("device", one.device() == null ? null : one.device().toString());
          if (one.controller().isPresent()) {
            out.writeNumberField("controller", one.controller().getAsInt());
          }
          if (one.pf().isPresent()) {
            out.writeNumberField("pf", one.pf().getAsInt());
          }
          out.writeNumberField("number", one.number());
          out.writeBooleanField("external", one.external());
          out.writeStringField("function", function.map(PciAddress::toString).orElse(null));
          out.writeStringField("switch", one.switchId());
          out.writeStringField("source", one.ofDevlink() ? "devlink" : "name");
          out.writeEndObject();
        });
  }
}
