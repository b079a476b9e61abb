package io.fastvif.cli;

import io.fastvif.HostView;
import io.fastvif.PluggedDevice;
import io.fastvif.PluggedVif;
import io.fastvif.VifHostOptions;
import io.fastvif.agent.client.AgentClient;
import io.fastvif.agent.client.AgentResponse;
import io.fastvif.agent.client.JsonView;
import io.fastvif.agent.client.ShownText;
import io.fastvif.agent.text.DeviceLine;
import io.fastvif.config.HostConfiguration;
import io.fastvif.plan.LinkState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** {@code list}. */
final class ListCommand extends Command {
  private static final String FORMAT = "%-36s  %-15s  %-6s  %-15s  %5s  %s%n";

  private static final Option JSON = Option.flag("--json", "Print a line of JSON for each device.");

  ListCommand() {
    super(
        "list",
        "List the VIFs that fastvif plugged, by their devices, leases and rules; and, where an"
            + " option says where its database is or it is there by default, Open vSwitch's ports"
            + " that fastvif marked or that have an iface-id, as os-vif's do.",
        null,
        NETNS,
        PluginConfiguration.OPTION,
        PluginConfiguration.CONFIG,
        PluginConfiguration.CONFIG_DIR,
        AgentAccess.AGENT,
        JSON);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    String agent = AgentAccess.chosen(arguments);
    if (agent != null) {
      return ask(agent, arguments, out, err);
    }
    HostConfiguration configuration = PluginConfiguration.of(arguments, err);
    Listing listing = Engines.with(arguments, configuration, Listing::of);
    if (!arguments.has(JSON)) {
      printHead(out);
    }
    for (PluggedVif vif : listing.vifs()) {
      for (PluggedDevice device : vif.devices()) {
        if (arguments.has(JSON)) {
          out.println(DeviceLine.of(vif.id(), device));
        } else {
          print(vif.id(), device, out);
        }
      }
    }
    return status(listing.isOvsMissing() ? configuration.ovs().servers().toString() : "", err);
  }

  /**
   * Says what is not shown.
   *
   * @param silent where Open vSwitch's database does not answer; empty if it does, or need not
   */
  private static int status(String silent, PrintWriter err) {
    if (silent.isEmpty()) {
      return Fastvif.DONE;
    }
    err.println(
        "fastvif: Open vSwitch's database at "
            + silent
            + " does not answer: its ports are not shown");
    return Fastvif.FAILED;
  }

  /** The same of an agent's host. */
  private static int ask(String socket, Arguments arguments, PrintWriter out, PrintWriter err)
      throws IOException {
    AgentInputs.of(arguments, List.of(), err); // what is the agent's to say is refused
    try (AgentClient agent = AgentAccess.connect(socket)) {
      AgentResponse response = agent.send("GET", "/v1/devices");
      AgentAccess.require(agent, response);
      BufferedReader lines = response.lines();
      boolean isHeadDue = !arguments.has(JSON);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonView device = JsonView.of(line);
        if (arguments.has(JSON)) {
          out.println(line);
          continue;
        }
        if (isHeadDue) {
          printHead(out);
          isHeadDue = false;
        }
        print(device, out);
      }
      if (isHeadDue) {
        printHead(out);
      }
      return status(ShownText.of(response.header("fastvif-ovs-silent")), err);
    }
  }

  private static void printHead(PrintWriter out) {
    out.printf(FORMAT, "VIF", "DEVICE", "KIND", "MASTER", "MTU", "STATE");
  }

  private static void print(JsonView device, PrintWriter out) {
    JsonView mtu = device.at("mtu");
    JsonView up = device.at("up");
    JsonView bridge = device.at("ovs_bridge");
    out.printf(
        FORMAT,
        ShownText.of(device.at("id").text()),
        ShownText.of(device.at("name").text()),
        ShownText.of(device.at("kind").text()),
        ShownText.of((bridge.isThere() ? bridge : device.at("master")).text()),
        mtu.isThere() ? mtu.number() : "",
        up.isThere() ? up.isTrue() ? "up" : "down" : "");
  }

  private record Listing(List<PluggedVif> vifs, boolean isOvsMissing) {
    static Listing of(VifHostOptions options) {
      HostView view = HostView.of(options);
      boolean withOvs = view.expectsOvs();
      return view.read(
          withOvs,
          host -> new Listing(PluggedVif.all(host, List.of()), withOvs && !host.ovs().isKnown()));
    }
  }

  private static void print(String id, PluggedDevice device, PrintWriter out) {
    LinkState link = device.link();
    Object mtu = link == null ? "" : link.mtu();
    String state = link == null ? "" : link.up() ? "up" : "down";
    String master = device.ovsBridge().isEmpty() ? device.master() : device.ovsBridge();
    out.printf(FORMAT, id, device.name(), device.kind(), master, mtu, state);
  }
}
