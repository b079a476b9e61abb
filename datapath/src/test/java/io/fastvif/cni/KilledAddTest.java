package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL comes before each call of an ADD that changes something, to the command alone, and to the
 * agent; and of a DEL that gives a device back. Then DEL or GC leaves the host, its pods and their
 * addresses as they were. {@code -Dfastvif.kill-stride=1} tries every call with the agent too.
 */
class KilledAddTest {
  private static final int STRIDE = Integer.getInteger("fastvif.kill-stride", 4);
  private static final int MAX_CALLS = 200;
  private static final int MIN_CALLS = 12;
  private static final long TIMEOUT_SECONDS = 120;
  private static final int MIN_DEVICE_CALLS = 4;
  private static final String SETTINGS =
      ",'isDefaultGateway':true,'ipMasq':true,'macspoofchk':true,'hairpinMode':true";

  @TempDir Path folder;
  private final HostStateReader reader = new HostStateReader().filters();
  private String network;
  private String networkOfKept;
  private Netns pod;
  private Netns kept;
  private HostState before;
  private HostState podBefore;
  private HostState keptBefore;
  private Map<String, String> addressesBefore;

  private interface Body {
    void run() throws Exception;
  }

  /** Pods on a bridge. */
  private void onHost(Body body) throws Exception {
    onHost("bridge", SETTINGS, SETTINGS, body);
  }

  /** Pods that have a device of the host's. */
  private void onHostWithDevices(Body body) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add nic0 mtu 1450 type veth peer name nic9");
    ip.run("link property add dev nic0 altname the-uplink-of-rack-three");
    ip.run("link set nic0 alias uplink group 7 up");
    ip.run("link add nic1 type ifb");
    String wanted = ",'device':'nic0','mtu':1400,'runtimeConfig':{'mac':'02:00:00:00:00:07'}";
    onHost("host-device", wanted, ",'device':'nic1'", body);
  }

  /** On a host where another pod, and others' links and rules, are to stay as they are. */
  private void onHost(String attachment, String settings, String ofKept, Body body)
      throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link set lo up");
    ip.run("link add others0 type veth peer name others1");
    ip.run("link set others0 up");
    ip.run("link set others1 up");
    Peer.require("nft", "nftables").run("add table ip others");
    try (PodLab lab = new PodLab(folder)) {
      network = lab.network("1.1.0", attachment, settings);
      networkOfKept = lab.network("1.1.0", attachment, ofKept);
      pod = lab.pod();
      kept = lab.pod();
      lab.done("ADD", "kept", kept, networkOfKept);
      before = reader.readSettled();
      podBefore = pod.call(reader::readSettled);
      keptBefore = kept.call(reader::readSettled);
      addressesBefore = addresses(lab);
      body.run();
      lab.done("DEL", "kept", kept, networkOfKept);
    }
  }

  private static Map<String, String> addresses(PodLab lab) throws Exception {
    Map<String, String> addresses = new TreeMap<>(lab.files());
    addresses.keySet().retainAll(lab.held());
    return addresses;
  }

  /** Takes away what is left, as another process that knows nothing of the one that was killed. */
  private void takeAway(boolean byCollection, String what) throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      if (byCollection) {
        String valid = "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]";
        lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
      } else {
        lab.done("DEL", "one", pod, network);
      }
      before.assertUnchanged(what, reader);
      assertEquals(List.of(), podBefore.differences(pod.call(reader::read)), what);
      assertEquals(List.of(), keptBefore.differences(kept.call(reader::read)), what);
      assertEquals(addressesBefore, addresses(lab), what);
    }
  }

  private Process start(String verb, int call, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-D" + SystemCallFaults.PROPERTY + "=true",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path"),
            KilledAtCallMain.class.getName(),
            Integer.toString(call),
            start().toString(),
            stopped().toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().putAll(PodLab.variables(verb, "one", pod));
    return builder.start();
  }

  private Path start() {
    return folder.resolve("start");
  }

  private Path stopped() {
    return folder.resolve("stopped");
  }

  /** Waits until it has stopped, and kills it; false if it ended before, as it should then. */
  private boolean isKilled(Process process, String what) throws Exception {
    Await.until(what, () -> Files.exists(stopped()) || !process.isAlive());
    process.destroyForcibly();
    assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), what);
    boolean hasStopped = Files.deleteIfExists(stopped());
    assertTrue(
        hasStopped || process.exitValue() == 0, () -> what + ": " + text("out") + text("err"));
    return hasStopped;
  }

  private String text(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** Kills the command at one call after the other; how many there are. */
  private int killCommands(String verb, Body before) throws Exception {
    Files.createFile(start());
    int call = 1;
    boolean isKilled = true;
    while (isKilled) {
      assertTrue(call < MAX_CALLS, "the calls have no end");
      before.run();
      String what = "fastvif cni is killed at call " + call + " of " + verb;
      Process process = start(verb, call, List.of("cni"));
      try (OutputStream in = process.getOutputStream()) {
        in.write(network.getBytes(StandardCharsets.UTF_8));
      }
      isKilled = isKilled(process, what);
      takeAway(call % 2 == 0, what);
      call++;
    }
    Files.delete(start());
    System.out.println("kills: " + verb + " by the command alone, at " + (call - 2) + " calls");
    return call - 2;
  }

  @KernelTest
  void commandIsKilledAtEveryCall() throws Exception {
    onHost(
        () -> {
          int calls = killCommands("ADD", () -> {});
          assertTrue(calls >= MIN_CALLS, "too few calls count: " + calls);
        });
  }

  @KernelTest
  void commandIsKilledThatTakesADevice() throws Exception {
    onHostWithDevices(
        () -> {
          int calls = killCommands("ADD", () -> {});
          assertTrue(calls >= MIN_DEVICE_CALLS, "too few calls count: " + calls);
        });
  }

  @KernelTest
  void commandIsKilledThatGivesADeviceBack() throws Exception {
    onHostWithDevices(
        () -> {
          int calls = killCommands("DEL", this::add);
          assertTrue(calls >= MIN_DEVICE_CALLS, "too few calls count: " + calls);
        });
  }

  private void add() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      lab.done("ADD", "one", pod, network);
    }
  }

  @KernelTest
  void agentIsKilledAtCalls() throws Exception {
    Path client = client();
    onHost(() -> killAgents(client));
  }

  @KernelTest
  void agentIsKilledThatTakesADevice() throws Exception {
    Path client = client();
    onHostWithDevices(() -> killAgents(client));
  }

  private Path client() throws Exception {
    Peer.require("gcc", "gcc libc6-dev");
    Path plugins = folder.resolve("plugins");
    Peer.require("sh", "dash")
        .run(
            List.of(
                Path.of("src/main/c/build.sh").toAbsolutePath().toString(), plugins.toString()));
    return plugins.resolve("fastvif");
  }

  private void killAgents(Path program) throws Exception {
    Path socket = folder.resolve("agent.sock");
    int kills = 0;
    boolean isKilled = true;
    for (int call = 1; isKilled; call += STRIDE) {
      assertTrue(call < MAX_CALLS, "the calls have no end");
      String what = "the agent is killed at call " + call;
      Files.deleteIfExists(start());
      Process agent =
          start(
              "ADD",
              call,
              List.of(
                  "agent",
                  "--socket",
                  socket.toString(),
                  "--state",
                  folder.resolve("state").toString()));
      try {
        Await.until(
            "the agent to answer",
            () -> text("err").contains("the agent answers at ") || !agent.isAlive());
        Files.createFile(start());
        Process client = client(program, socket);
        Await.until(what, () -> Files.exists(stopped()) || !client.isAlive());
        agent.destroyForcibly();
        assertTrue(agent.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), what);
        isKilled = Files.deleteIfExists(stopped());
        assertTrue(client.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), what);
        String said = text("said");
        assertEquals(isKilled ? 1 : 0, client.exitValue(), said);
        assertTrue(!isKilled || said.contains("\"code\":11,"), said);
      } finally {
        agent.destroyForcibly();
      }
      kills += isKilled ? 1 : 0;
      takeAway(call / STRIDE % 2 == 0, what);
    }
    System.out.println("kills: the agent was killed at " + kills + " calls");
    assertTrue(kills > 1, "the agent was not killed");
  }

  private Process client(Path program, Path socket) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(program.toString()).redirectOutput(folder.resolve("said").toFile());
    builder.environment().putAll(PodLab.variables("ADD", "one", pod));
    builder.environment().put("FASTVIF_AGENT", socket.toString());
    builder.environment().put("FASTVIF_COMMAND", "/nonexistent/fastvif");
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(network.getBytes(StandardCharsets.UTF_8));
    }
    return process;
  }
}
