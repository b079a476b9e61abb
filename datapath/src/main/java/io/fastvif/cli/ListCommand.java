package io.fastvif.cli;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import java.io.PrintWriter;
import java.util.Optional;

/** {@code list}. */
final class ListCommand extends Command {
  private static final String FORMAT = "%-36s  %-15s  %-6s  %-15s  %5s  %s%n";

  private static final Option JSON = Option.flag("--json", "Print a line of JSON for each device.");

  ListCommand() {
    super("list", "List the VIFs that fastvif plugged, read from the kernel.", null, NETNS, JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    HostSnapshot host = Engines.snapshot(arguments);
    if (!arguments.has(JSON)) {
      out.printf(FORMAT, "VIF", "DEVICE", "KIND", "MASTER", "MTU", "STATE");
    }
    for (LinkState link : host.links()) {
      Optional<String> vifId = Aliases.vifId(link.alias());
      if (vifId.isPresent()) {
        String master = host.link(link.master()).map(LinkState::name).orElse("");
        if (arguments.has(JSON)) {
          out.println(line(vifId.get(), link, master));
        } else {
          String state = link.up() ? "up" : "down";
          out.printf(FORMAT, vifId.get(), link.name(), link.kind(), master, link.mtu(), state);
        }
      }
    }
    return Fastvif.DONE;
  }

  private static String line(String vifId, LinkState link, String master) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", vifId);
          out.writeStringField("name", link.name());
          out.writeNumberField("index", link.index());
          out.writeStringField("kind", link.kind());
          out.writeStringField("master", master);
          out.writeNumberField("mtu", link.mtu());
          out.writeStringField("address", String.valueOf(link.address()));
          out.writeBooleanField("up", link.up());
          out.writeEndObject();
        });
  }
}
