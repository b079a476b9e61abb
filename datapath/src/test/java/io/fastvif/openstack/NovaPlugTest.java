package io.fastvif.openstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cli.AgentProcess;
import io.fastvif.openstack.NovaProcess.Place;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nova plugs each of its kinds of VIF by os-vif's own plugins and by the agent: links and rows of
 * Open vSwitch are the same after a plug, a second one and an unplug, and so is what libvirt is
 * told.
 */
class NovaPlugTest {
  private static final List<String> KINDS =
      List.of(
          "bridge",
          "ovs",
          "ovs-hybrid",
          "vhostuser",
          "vhostuser-noop",
          "remote-managed",
          "direct-netdev");

  private static final String PCI_DEVICES = "/sys/bus/pci/devices";

  private static final List<String> LIFE = List.of("plug", "plug", "unplug");
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** In the external_ids of a port's interface. */
  private static final Pattern MARK = Pattern.compile("fastvif-[a-z]+-id=\"[^\"]*\",? ?");

  /** A port has no IPv6 of its own; os-vif leaves the kernel's addresses on some. */
  private static final Pattern LINK_LOCAL = Pattern.compile("^(address|route).* fe80:");

  /** A bridge that the agent keeps for a while, which is nobody's. */
  private static final Pattern RETIRED = Pattern.compile("\\bfvgone[0-9a-f]+\\b");

  /** Of links, beside the mark: IPv6 and the number of queues. */
  private static final Pattern ONLY_OF_OS_VIF =
      Pattern.compile("^IFALIAS$|AF_SPEC/INET6/CONF$|^NUM_[RT]X_QUEUES$");

  @TempDir Path folder;

  private Peer neutron;

  @KernelTest
  void theHostIsAsWithOsVifsOwnPlugins() throws Exception {
    NovaProcess.require();
    neutron = Peer.requirePythonModule("neutron.agent.common", "python3-neutron");
    NovaProcess.prepare(folder);
    Map<String, Path> card = Map.of(PCI_DEVICES, card());
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"))) {
      ovs.vsctl("add-br br-int -- set Bridge br-int datapath_type=netdev");
      Files.setPosixFilePermissions( // os-vif's own asks as nova
          ovs.socket(), PosixFilePermissions.fromString("rwxrwxrwx"));
      String conf =
          "[os_vif_ovs]\novsdb_connection = %s\n[fastvif]\nagent_socket = %s\n"
              .formatted(ovs.address(), AgentProcess.socket(folder));
      try (AgentProcess agent =
              AgentProcess.start(
                  NovaProcess.inMounts(card),
                  folder,
                  Map.of(),
                  "--socket-group=nova",
                  "--change-users=nova",
                  "-oovs.ovsdb_connection=" + ovs.address());
          NovaProcess theirs = NovaProcess.start(folder, "theirs", Place.NOWHERE, conf, card);
          NovaProcess ours = NovaProcess.start(folder, "ours", Place.BEFORE_OS_VIF, conf, card)) {
        agent.awaitAnswering();
        HostStateReader reader = new HostStateReader().ovs(ovs);
        ComparableState comparable = new ComparableState(reader.readSettled(), true);
        for (String kind : KINDS) {
          compare(kind, theirs, ours, reader, comparable);
        }
        assertEquals(
            seenByNeutron(theirs, ovs.address()),
            seenByNeutron(ours, ovs.address()),
            "ports that Neutron's Open vSwitch agent finds");
        assertEquals("", ours.log()); // that it needed no root is in there too
      }
    }
  }

  private String seenByNeutron(NovaProcess nova, String database) throws Exception {
    Path program = folder.resolve("neutron-ports.py");
    try (InputStream script = getClass().getResourceAsStream("/neutron-ports.py")) {
      Files.write(program, script.readAllBytes());
    }
    nova.done("plug", "ovs-hybrid", 2);
    String seen = neutron.run(List.of("-W", "ignore", program.toString(), database, "br-int"));
    nova.done("unplug", "ovs-hybrid", 2);
    assertTrue(seen.contains("\"set\": [\"c0de0002-"), seen);
    return seen;
  }

  private static void compare(
      String kind,
      NovaProcess theirs,
      NovaProcess ours,
      HostStateReader reader,
      ComparableState comparable)
      throws Exception {
    List<HostState> expected = new ArrayList<>();
    for (String action : LIFE) {
      theirs.done(action, kind, 1);
      expected.add(shared(comparable.of(reader.readSettled())));
    }
    deleteNetworksBridge(kind);
    Iterator<HostState> states = expected.iterator();
    for (String action : LIFE) {
      ours.done(action, kind, 1);
      String after = kind + " after " + action;
      assertEquals("", differences(states.next(), reader, comparable), after);
    }
    theirs.done("plug", kind, 1);
    ours.done("plug", kind, 1);
    ours.done("unplug", kind, 1);
    assertEquals("", differences(expected.getLast(), reader, comparable), kind + " taken over");
    deleteNetworksBridge(kind);
    assertEquals(theirs.done("xml", kind, 1), ours.done("xml", kind, 1), kind);
  }

  /** The bridge of a network stays when its last VIF is unplugged. */
  private static void deleteNetworksBridge(String kind) throws Exception {
    if (kind.equals("bridge")) {
      Peer.require("ip", "iproute2").run("link delete brq437c6db5");
    }
  }

  /** What stays different, beside what fastvif knows its own by. */
  private static String differences(
      HostState expected, HostStateReader reader, ComparableState comparable) {
    long deadline = System.nanoTime() + SETTLE_NANOS;
    while (true) {
      List<String> lines = expected.differences(shared(comparable.of(reader.read())));
      if (lines.isEmpty() || System.nanoTime() > deadline) {
        return String.join("\n", lines);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** The state as far as both make it: without the mark, and what fastvif's ports do without. */
  private static HostState shared(HostState state) {
    SortedMap<String, SortedMap<String, String>> objects = new TreeMap<>();
    state
        .without(name -> LINK_LOCAL.matcher(name).find() || RETIRED.matcher(name).find())
        .objects()
        .forEach(
            (name, attributes) -> {
              SortedMap<String, String> kept = new TreeMap<>(attributes);
              kept.computeIfPresent("external_ids", (key, ids) -> MARK.matcher(ids).replaceAll(""));
              kept.keySet().removeIf(key -> ONLY_OF_OS_VIF.matcher(key).find());
              objects.put(name, kept);
            });
    return new HostState(objects);
  }

  /** A network card with a virtual function, as files. */
  private Path card() throws IOException {
    Path devices = Files.createDirectories(folder.resolve("pci/devices"));
    for (String device : List.of("0000:0a:00.0", "0000:0a:00.1")) {
      Files.writeString(
          Files.createDirectory(devices.resolve(device)).resolve("class"), "0x020000\n");
    }
    Path card = devices.resolve("0000:0a:00.0");
    Files.writeString(card.resolve("sriov_totalvfs"), "1\n");
    Files.writeString(card.resolve("sriov_numvfs"), "1\n");
    Files.createSymbolicLink(card.resolve("virtfn0"), Path.of("../0000:0a:00.1"));
    Files.createSymbolicLink(devices.resolve("0000:0a:00.1/physfn"), Path.of("../0000:0a:00.0"));
    assertTrue(Files.exists(card.resolve("virtfn0/class")));
    return devices;
  }
}
