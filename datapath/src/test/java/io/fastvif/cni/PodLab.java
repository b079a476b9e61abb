package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A host in the thread's namespace, pods in others, and the plugins, ours and the reference's. */
final class PodLab implements AutoCloseable {
  private static final Path REFERENCE = Path.of("/usr/lib/cni");
  private static final long TIMEOUT_SECONDS = 240;

  private final Path folder;
  private final VifHost host;
  private final CniPlugin plugin;
  private final List<Netns> pods = new ArrayList<>();

  /** What a plugin that is a program has answered. */
  record Ended(int status, String text) {}

  PodLab(Path folder) {
    this(folder, Map.of());
  }

  /** One whose host has options. */
  PodLab(Path folder, Map<String, String> options) {
    this.folder = folder;
    HostConfiguration.Builder configuration = HostConfiguration.builder(Map.of());
    options.forEach(configuration::option);
    host =
        VifHost.open(
            VifHostOptions.of(configuration.build()).withLeases(run(folder).resolve("devices")));
    plugin = new CniPlugin(host);
  }

  /** What {@code /run/fastvif} is of a host whose files are in a folder. */
  static Path run(Path folder) {
    return folder.resolve("run");
  }

  /** What is written down of pods. */
  Path records() {
    return run(folder).resolve("cni");
  }

  VifHost host() {
    return host;
  }

  /** The ids of the VIFs that have rules in nf_tables, as the kernel tells them. */
  static Set<String> withRules() throws IOException {
    try (PodRules rules = new PodRules()) {
      return rules.vifIds();
    }
  }

  Netns pod() {
    Netns pod = Netns.createPrivate();
    pods.add(pod);
    return pod;
  }

  /** A path that other processes can open too. */
  static String path(Netns pod) {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + pod.descriptor();
  }

  Path addresses() {
    return folder.resolve("networks");
  }

  /** A configuration of a network "net" with host-local; quotes are single ones. */
  String network(String version, String attachment, String more) {
    return ("{'cniVersion':'"
            + version
            + "','name':'net','type':'fastvif','attachment':'"
            + attachment
            + "'"
            + more
            + ",'ipam':{'type':'host-local','dataDir':'"
            + addresses()
            + "','ranges':[[{'subnet':'10.88.0.0/24'}],[{'subnet':'fd88::/64'}]]"
            + ",'routes':[{'dst':'0.0.0.0/0'},{'dst':'::/0'}]}}")
        .replace('\'', '"');
  }

  /** The same for the reference plugin. */
  static String ofReference(String network) {
    return network
        .replace("\"attachment\":\"bridge\",", "")
        .replace("\"attachment\":\"ptp\",", "")
        .replace("\"type\":\"fastvif\"", "\"type\":\"bridge\"");
  }

  static Map<String, String> variables(String command, String container, Netns pod) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("CNI_COMMAND", command);
    variables.put("CNI_CONTAINERID", container);
    variables.put("CNI_IFNAME", "eth0");
    variables.put("CNI_PATH", REFERENCE.toString());
    if (pod != null) {
      variables.put("CNI_NETNS", path(pod));
    }
    return variables;
  }

  CompletableFuture<CniAnswer> begin(String command, String container, Netns pod, String network) {
    return plugin.answer(new CniRequest(variables(command, container, pod), network));
  }

  CniAnswer ask(Map<String, String> variables, String network) {
    return plugin.answer(new CniRequest(variables, network)).join();
  }

  CniAnswer ask(String command, String container, Netns pod, String network) {
    return begin(command, container, pod, network).join();
  }

  /** Asks for what must succeed. */
  String done(String command, String container, Netns pod, String network) {
    CniAnswer answer = ask(command, container, pod, network);
    assertFalse(answer.isError(), answer.text());
    return answer.text();
  }

  /** Asks for what must fail with that code, and gives the whole error. */
  String refused(int code, String command, String container, Netns pod, String network) {
    CniAnswer answer = ask(command, container, pod, network);
    assertTrue(answer.isError(), answer.text());
    Object said = CniJson.object("the error", answer.text()).get("code");
    assertEquals(code, ((Number) said).intValue(), answer.text());
    return answer.text();
  }

  /** The configuration with the result of ADD. */
  static String with(String network, String key, String json) {
    return network.substring(0, network.length() - 1) + ",\"" + key + "\":" + json + "}";
  }

  /** Runs a program as runtimes run plugins. */
  static Ended run(Path program, Map<String, String> variables, String input) throws Exception {
    Path text = Files.createTempFile("fastvif-cni", ".txt");
    try {
      ProcessBuilder builder = new ProcessBuilder(program.toString());
      builder.environment().keySet().removeIf(name -> name.startsWith("CNI_"));
      builder.environment().putAll(variables);
      Process process = builder.redirectOutput(text.toFile()).start();
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException unread) {
        // its answer says why
      }
      try {
        assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), program + " does not end");
        return new Ended(process.exitValue(), Files.readString(text));
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.delete(text);
    }
  }

  /** Asks the reference plugin for what must succeed. */
  static String reference(String command, String container, Netns pod, String network)
      throws Exception {
    Path bridge = REFERENCE.resolve("bridge");
    if (!Files.isExecutable(bridge)) {
      Peer.missing(bridge + " is missing: apt-get install containernetworking-plugins");
    }
    Ended ended = run(bridge, variables(command, container, pod), ofReference(network));
    assertEquals(0, ended.status(), ended.text());
    return ended.text();
  }

  /** The names and texts of the files of host-local. */
  Map<String, String> files() throws IOException {
    Map<String, String> files = new java.util.TreeMap<>();
    Path net = addresses().resolve("net");
    if (Files.isDirectory(net)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(net)) {
        for (Path file : all) {
          files.put(file.getFileName().toString(), Files.readString(file));
        }
      }
    }
    return files;
  }

  /** The addresses that are given. */
  Set<String> held() throws IOException {
    Set<String> held = new TreeSet<>(files().keySet());
    held.removeIf(name -> name.equals("lock") || name.startsWith("last_reserved_ip."));
    return held;
  }

  @Override
  public void close() {
    plugin.close();
    pods.forEach(Netns::close);
    host.close();
  }
}
