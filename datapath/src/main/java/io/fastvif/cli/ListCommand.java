package io.fastvif.cli;

import io.fastvif.engine.OvsSettings;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsSnapshot;
import java.io.PrintWriter;

/** {@code list}. */
final class ListCommand extends Command {
  private static final String FORMAT = "%-36s  %-15s  %-6s  %-15s  %5s  %s%n";

  private static final Option JSON = Option.flag("--json", "Print a line of JSON for each device.");

  ListCommand() {
    super(
        "list",
        "List the VIFs that fastvif plugged, read from the kernel; and, where an option says where"
            + " its database is, Open vSwitch's ports with an iface-id, which may also be"
            + " os-vif's.",
        null,
        NETNS,
        PluginConfiguration.OPTION,
        PluginConfiguration.CONFIG,
        PluginConfiguration.CONFIG_DIR,
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) {
    PluginConfiguration configuration = PluginConfiguration.of(arguments, err);
    OvsSettings settings = OvsConnection.ifConfigured(configuration);
    HostSnapshot host = Engines.snapshot(arguments, settings);
    OvsSnapshot ovs = host.ovs();
    if (!arguments.has(JSON)) {
      out.printf(FORMAT, "VIF", "DEVICE", "KIND", "MASTER", "MTU", "STATE");
    }
    for (ListedVif vif : ListedVif.all(host)) {
      if (arguments.has(JSON)) {
        out.println(line(vif));
      } else {
        LinkState link = vif.link();
        Object mtu = link == null ? "" : link.mtu();
        String state = link == null ? "" : link.up() ? "up" : "down";
        String master = vif.ovsBridge().isEmpty() ? vif.master() : vif.ovsBridge();
        out.printf(FORMAT, vif.id(), vif.name(), vif.kind(), master, mtu, state);
      }
    }
    if (settings != null && !ovs.isKnown()) {
      err.println(
          "fastvif: Open vSwitch's database at "
              + settings.servers()
              + " does not answer: its"
              + " ports are not shown");
      return Fastvif.FAILED;
    }
    return Fastvif.DONE;
  }

  private static String line(ListedVif vif) {
    return JsonText.line(
        out -> {
          LinkState link = vif.link();
          out.writeStartObject();
          out.writeStringField("id", vif.id());
          out.writeStringField("name", vif.name());
          if (link != null) {
            out.writeNumberField("index", link.index());
          }
          out.writeStringField("kind", vif.kind());
          out.writeStringField("master", vif.master());
          if (link != null) {
            out.writeNumberField("mtu", link.mtu());
            out.writeStringField("address", String.valueOf(link.address()));
            out.writeBooleanField("up", link.up());
          }
          if (!vif.ovsBridge().isEmpty()) {
            out.writeStringField("ovs_bridge", vif.ovsBridge());
            out.writeStringField("iface_id", vif.interfaceId());
          }
          out.writeEndObject();
        });
  }
}
