package io.fastvif.cli;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.agent.Agent;
import io.fastvif.agent.AgentOptions;
import io.fastvif.agent.AgentSocket;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.cni.CniAnswer;
import io.fastvif.cni.CniPlugin;
import io.fastvif.cni.CniRequest;
import io.fastvif.config.HostConfiguration;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code warm-up command}, not shown in the help: does once what the short commands do, in a
 * private network namespace, so that a JVM that records what it loads has loaded it all; {@code
 * warm-up agent} also what an agent, its clients and the CNI plugin do. A JVM loads the whole of
 * its cache at each start, and a third of that would be the agent's libraries.
 */
final class WarmUpCommand extends Command {
  /** Of the sample's bridge, in the namespace of the thread that opens it. */
  private static final Path BRIDGE_IPV6 = Path.of("/proc/sys/net/ipv6/conf/br0/disable_ipv6");

  WarmUpCommand() {
    super(
        "warm-up",
        "Do once what the other commands do, in a private namespace.",
        "command or agent");
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    boolean agent = ofAgent(arguments.files());
    Path sample = Files.createTempFile("fastvif", ".json");
    Path alone = Files.createTempFile("fastvif", ".json"); // the same without an uplink
    Path host = Files.createTempFile("fastvif", ".json");
    try (InputStream in = WarmUpCommand.class.getResourceAsStream("warm-up.json")) {
      String vifs = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Files.writeString(sample, vifs);
      Files.writeString(alone, vifs.replace("\"eth1\"", "\"\""));
      String file = sample.toString();
      run(err, "convert", "--to", "VIFBridge=1.0", file);
      run(err, "plan", file);
      run(err, "libvirt-xml", "--domain-snippet", file);
      Files.writeString(host, run(err, "host-info"));
      run(err, "negotiate", "--host-info", host.toString(), file);
      try (Netns namespace = Netns.createPrivate()) {
        String netns = "/proc/self/fd/" + namespace.descriptor();
        run(err, "plug", "--netns", netns, "-o", "linux_bridge.create_port=veth", file);
        run(err, "list", "--netns", netns);
        run(err, "unplug", "--netns", netns, file);
        namespace.call(WarmUpCommand::allowIpv6);
        String second = alone.toString();
        run(err, "plug", "--netns", netns, "-o", "linux_bridge.create_port=veth", second);
        run(err, "unplug", "--netns", netns, second);
        if (agent) {
          runAgent(namespace, file, err);
          runPod(namespace, err);
        }
      } catch (SystemCallException notRoot) {
        err.println("fastvif: warm-up without plugging: " + notRoot.getMessage());
      }
    } finally {
      Files.delete(sample);
      Files.delete(alone);
      Files.delete(host);
    }
    return Fastvif.DONE;
  }

  /**
   * Makes the bridge that the first plug has left like one of the host's own, of which planning
   * asks more than of one that fastvif makes: what hangs on it, and what would become of that.
   */
  private static Void allowIpv6() throws IOException {
    if (Files.exists(BRIDGE_IPV6)) { // or the kernel has none
      Files.writeString(BRIDGE_IPV6, "0");
    }
    return null;
  }

  private static boolean ofAgent(List<String> kinds) {
    if (kinds.equals(List.of("agent")) || kinds.equals(List.of("command"))) {
      return kinds.contains("agent");
    }
    throw WrongInputException.of("warm-up: " + kinds + ": expected command or agent");
  }

  /** An agent with its clients: its libraries are most of what it needs at its start. */
  @SuppressWarnings("try") // it answers until the block ends
  private static void runAgent(Netns namespace, String file, PrintWriter err) throws IOException {
    Path folder = Files.createTempDirectory("fastvif");
    try {
      Path socket = folder.resolve("agent.sock");
      AgentOptions options =
          AgentOptions.of(
                  AgentSocket.at(socket), folder.resolve("state"), HostConfiguration.byDefault())
              .withNamespace(namespace)
              .withLeases(folder.resolve("leases"));
      try (Agent agent = Agent.open(options)) {
        String there = "--agent=" + socket;
        run(err, "plug", there, file);
        run(err, "unplug", there, file);
      }
    } finally {
      delete(folder);
    }
  }

  /** A pod comes and goes, by the plugin's own code: its first use is most of a first ADD. */
  private static void runPod(Netns namespace, PrintWriter err) throws IOException {
    Path folder = Files.createTempDirectory("fastvif");
    VifHostOptions options =
        VifHostOptions.of(HostConfiguration.byDefault())
            .withNamespace(namespace)
            .withLeases(folder.resolve("leases"));
    try (InputStream in = WarmUpCommand.class.getResourceAsStream("warm-up-pod.json");
        Netns pod = Netns.createPrivate();
        VifHost host = VifHost.open(options);
        CniPlugin plugin = new CniPlugin(host)) {
      String network =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .replace("FOLDER", folder.toString())
              .strip();
      Map<String, String> variables = new HashMap<>();
      variables.put("CNI_CONTAINERID", "warm-up");
      variables.put("CNI_IFNAME", "eth0");
      variables.put("CNI_NETNS", "/proc/self/fd/" + pod.descriptor());
      variables.put("CNI_PATH", folder.toString());
      String configuration = network;
      for (String verb : List.of("STATUS", "ADD", "CHECK", "DEL")) {
        variables.put("CNI_COMMAND", verb);
        CniAnswer answer = plugin.answer(new CniRequest(variables, configuration)).join();
        if (answer.isError()) {
          err.println("fastvif: warm-up: " + verb + ": " + answer.text());
        } else if (verb.equals("ADD")) {
          String result = ",\"prevResult\":" + answer.text() + "}";
          configuration = network.substring(0, network.length() - 1) + result;
        }
      }
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.toList();
    }
    for (Path file : files.reversed()) {
      Files.delete(file);
    }
  }

  /** What the command prints. One that fails is said, but what it loaded is of use all the same. */
  private static String run(PrintWriter err, String... arguments) {
    StringWriter out = new StringWriter();
    int status = Fastvif.execute(arguments, new PrintWriter(out), err);
    if (status != Fastvif.DONE) {
      err.println("fastvif: warm-up: " + arguments[0] + " ended with " + status);
    }
    return out.toString();
  }
}
