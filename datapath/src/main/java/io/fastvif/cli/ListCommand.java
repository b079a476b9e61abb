package io.fastvif.cli;

import io.fastvif.HostView;
import io.fastvif.PluggedDevice;
import io.fastvif.PluggedVif;
import io.fastvif.config.HostConfiguration;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;

/** {@code list}. */
final class ListCommand extends Command {
  private static final String FORMAT = "%-36s  %-15s  %-6s  %-15s  %5s  %s%n";

  private static final Option JSON = Option.flag("--json", "Print a line of JSON for each device.");

  ListCommand() {
    super(
        "list",
        "List the VIFs that fastvif plugged, by their devices and leases; and, where an option says"
            + " where its database is, Open vSwitch's ports with an iface-id, which may also be"
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
    HostConfiguration configuration = PluginConfiguration.of(arguments, err);
    Function<HostSnapshot, Listing> reading =
        host -> new Listing(PluggedVif.all(host, List.of()), host.ovs().isKnown());
    Listing listing =
        Engines.with(
            arguments,
            configuration,
            options -> HostView.of(options).read(configuration.namesOvs(), reading));
    if (!arguments.has(JSON)) {
      out.printf(FORMAT, "VIF", "DEVICE", "KIND", "MASTER", "MTU", "STATE");
    }
    for (PluggedVif vif : listing.vifs()) {
      for (PluggedDevice device : vif.devices()) {
        if (arguments.has(JSON)) {
          out.println(line(vif.id(), device));
        } else {
          print(vif.id(), device, out);
        }
      }
    }
    if (configuration.namesOvs() && !listing.isOvsKnown()) {
      err.println(
          "fastvif: Open vSwitch's database at "
              + configuration.ovs().servers()
              + " does not answer: its"
              + " ports are not shown");
      return Fastvif.FAILED;
    }
    return Fastvif.DONE;
  }

  private record Listing(List<PluggedVif> vifs, boolean isOvsKnown) {}

  private static void print(String id, PluggedDevice device, PrintWriter out) {
    LinkState link = device.link();
    Object mtu = link == null ? "" : link.mtu();
    String state = link == null ? "" : link.up() ? "up" : "down";
    String master = device.ovsBridge().isEmpty() ? device.master() : device.ovsBridge();
    out.printf(FORMAT, id, device.name(), device.kind(), master, mtu, state);
  }

  private static String line(String id, PluggedDevice vif) {
    return JsonText.line(
        out -> {
          LinkState link = vif.link();
          out.writeStartObject();
          out.writeStringField("id", id);
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
