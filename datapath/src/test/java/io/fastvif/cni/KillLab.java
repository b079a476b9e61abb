package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
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

/**
 * A host where something is killed in the midst of an ADD or DEL of one pod, while another pod, and
 * others' links and rules, are to stay as they are.
 */
final class KillLab {
  private static final long TIMEOUT_SECONDS = 120;
  private static final String VALID = "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]";
  private static final String SETTINGS =
      ",'isDefaultGateway':true,'ipMasq':true,'macspoofchk':true,'hairpinMode':true";

  /** Of the pod that is added: what limits it tells of times, which no comparison expects. */
  private static final String LIMITED =
      SETTINGS
          + ",'ingressRate':8000000,'ingressBurst':800000"
          + ",'egressRate':8000000,'egressBurst':800000";

  /** Where the command and the agent keep what they know is the lab's folder. */
  private static final String OWN_RUN =
      "mount -t tmpfs none /run && mkdir /run/fastvif && mount --bind \"$0\" /run/fastvif"
          + " && exec \"$@\"";

  private final Path folder;
  private final HostStateReader reader = new HostStateReader().filters();
  private String network;
  private Netns pod;
  private Netns kept;
  private HostState before;
  private HostState podBefore;
  private HostState keptBefore;
  private Map<String, String> addressesBefore;

  KillLab(Path folder) {
    this.folder = folder;
  }

  /** What is done on the host. */
  interface Body {
    /** Does it. */
    void run() throws Exception;
  }

  /** Runs a test with pods on a bridge, in the namespace of this thread. */
  void onHost(Body body) throws Exception {
    onHost("bridge", LIMITED, SETTINGS, body);
  }

  /** The same with pods that have a device of the host's. */
  void onHostWithDevices(Body body) throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add nic0 mtu 1450 type veth peer name nic9");
    ip.run("link property add dev nic0 altname the-uplink-of-rack-three");
    ip.run("link set nic0 alias uplink group 7 up");
    ip.run("link add nic1 type ifb");
    String wanted = ",'device':'nic0','mtu':1400,'runtimeConfig':{'mac':'02:00:00:00:00:07'}";
    onHost("host-device", wanted, ",'device':'nic1'", body);
  }

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
      String networkOfKept = lab.network("1.1.0", attachment, ofKept);
      pod = lab.pod();
      kept = lab.pod();
      lab.done("ADD", "kept", kept, networkOfKept);
      List<String> links = new ArrayList<>(List.of("others0", "others1"));
      if (attachment.equals("bridge")) {
        links.add("cni0");
      }
      for (String link : links) {
        Await.until(link + " has its own address", () -> hasOwnAddress(ip, link));
      }
      before = reader.readSettled();
      podBefore = pod.call(reader::readSettled);
      keptBefore = kept.call(reader::readSettled);
      addressesBefore = addresses(lab);
      body.run();
      lab.done("DEL", "kept", kept, networkOfKept);
    }
  }

  /** The kernel gives it once it has looked at the carrier, which may be a while later. */
  private static boolean hasOwnAddress(Peer ip, String link) throws Exception {
    String addresses = ip.run("-6 -o address show dev " + link + " scope link");
    return !addresses.isBlank() && !addresses.contains("tentative");
  }

  private static Map<String, String> addresses(PodLab lab) throws Exception {
    Map<String, String> addresses = new TreeMap<>(lab.files());
    addresses.keySet().retainAll(lab.held());
    return addresses;
  }

  /** The configuration of the network. */
  String network() {
    return network;
  }

  /** The same for GC, where the other pod alone is valid. */
  String networkToCollect() {
    return PodLab.with(network, "cni.dev/valid-attachments", VALID);
  }

  /** The pod that is added. */
  Netns pod() {
    return pod;
  }

  /** Does the ADD, in this process. */
  void add() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      lab.done("ADD", "one", pod, network);
    }
  }

  /** Takes away what is left, as another process that knows nothing of the one that was killed. */
  void takeAway(boolean byCollection, String what) throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      if (byCollection) {
        lab.done("GC", "", null, networkToCollect());
      } else {
        lab.done("DEL", "one", pod, network);
      }
      assertAsBefore(lab, what);
    }
  }

  /** Fails unless host, pods and addresses are as they were. */
  void assertAsBefore(String what) throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      assertAsBefore(lab, what);
    }
  }

  private void assertAsBefore(PodLab lab, String what) throws Exception {
    before.assertUnchanged(what, reader);
    assertEquals(List.of(), podBefore.differences(pod.call(reader::read)), what);
    assertEquals(List.of(), keptBefore.differences(kept.call(reader::read)), what);
    assertEquals(addressesBefore, addresses(lab), what);
  }

  /** Starts the command for a verb; it stops before the n-th change after {@link #stopBefore}. */
  Process start(String verb, List<String> arguments) throws Exception {
    Files.createDirectories(PodLab.run(folder));
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            Peer.require("unshare", "util-linux").path().toString(),
            "-m",
            "sh",
            "-c",
            OWN_RUN,
            PodLab.run(folder).toString()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-D" + SystemCallFaults.PROPERTY + "=true",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path"),
            KilledAtCallMain.class.getName(),
            count().toString(),
            stopped().toString()));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().putAll(PodLab.variables(verb, "one", pod));
    return builder.start();
  }

  /** Starts an agent of which the same is true, and waits until it answers. */
  Process startAgent() throws Exception {
    Process agent =
        start(
            "",
            List.of(
                "agent",
                "--socket",
                folder.resolve("agent.sock").toString(),
                "--state",
                folder.resolve("state").toString()));
    Await.until(
        "the agent to answer",
        () -> text("err").contains("the agent answers at ") || !agent.isAlive());
    return agent;
  }

  /** Has the changes counted from now on. */
  void stopBefore(int change) throws IOException {
    Files.deleteIfExists(stopped());
    Path aside = folder.resolve("count.new");
    Files.writeString(aside, Integer.toString(change));
    Files.move(aside, count());
  }

  /** Lets the process go on that has stopped. */
  void goOn() throws IOException {
    Files.deleteIfExists(count());
  }

  /** Waits until it has stopped, or somebody has ended before. */
  boolean hasStopped(Process orEnded, String what) throws Exception {
    Await.until(what, () -> Files.exists(stopped()) || !orEnded.isAlive());
    return Files.exists(stopped());
  }

  private Path count() {
    return folder.resolve("count");
  }

  private Path stopped() {
    return folder.resolve("stopped");
  }

  /** What was written to a file of the lab's folder, or why that cannot be read. */
  String text(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** Builds the client. */
  void buildClient() throws Exception {
    Peer.require("gcc", "gcc libc6-dev");
    Peer.require("sh", "dash")
        .run(
            List.of(
                Path.of("src/main/c/build.sh").toAbsolutePath().toString(),
                folder.resolve("plugins").toString()));
  }

  /**
   * Starts the client as a runtime does, for the pod.
   *
   * @param out the file that gets its answer
   */
  Process client(String verb, String input, String out) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(folder.resolve("plugins/fastvif").toString())
            .redirectOutput(folder.resolve(out).toFile());
    builder.environment().putAll(PodLab.variables(verb, "one", pod));
    builder.environment().put("FASTVIF_AGENT", folder.resolve("agent.sock").toString());
    builder.environment().put("FASTVIF_COMMAND", "/nonexistent/fastvif");
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    return process;
  }

  /** Kills a process, and waits for its end. */
  static void kill(Process process, String what) throws Exception {
    process.destroyForcibly();
    end(process, what);
  }

  /** Waits for the end of a process; its exit status. */
  static int end(Process process, String what) throws Exception {
    assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), what);
    return process.exitValue();
  }
}
