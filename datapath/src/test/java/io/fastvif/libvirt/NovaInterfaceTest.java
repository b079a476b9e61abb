package io.fastvif.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.VersionedObjectReader;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Peer;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Nova's own LibvirtGenericVIFDriver tells libvirt of each kind of VIF that it has, beside
 * what is told here of the same VIF: the same, but for the differences that this package's
 * description lists with their reasons. Model and driver are the caller's to say; they are Nova's
 * here.
 */
class NovaInterfaceTest {
  private static final String TARGET = "tap09b11c53-8b";
  private static final String PCI = "0000:0a:00.1";
  private static final String MAC = "fa:16:3e:88:75:34";

  /** In lines with - what Nova says alone, in lines with + what is said here alone. */
  private static final Map<String, Set<String>> DIFFERENCES = differences();

  /** The kinds that Nova makes no os-vif object of, as they are told of here. */
  private static final Map<String, Map<String, String>> HISTORICAL = historical();

  @TempDir static Path folder;

  private static Map<String, Set<String>> differences() {
    Map<String, Set<String>> differences = new HashMap<>();
    Set<String> reconnect =
        Set.of(
            "+ interface/source/reconnect@enabled=yes", "+ interface/source/reconnect@timeout=1");
    for (String kind :
        List.of(
            "agilio_ovs virtio-forwarder",
            "vhostuser client",
            "vhostuser fp",
            "vhostuser fp ovs")) {
      differences.put(kind, reconnect);
    }
    differences.put(
        "ovs vdpa",
        Set.of(
            "- interface@type=vdpa",
            "- interface/source@dev=/dev/vhost-vdpa-0",
            "+ interface@type=hostdev",
            "+ interface@managed=yes",
            "+ interface/source",
            "+ interface/source/address@type=pci",
            "+ interface/source/address@domain=0x0000",
            "+ interface/source/address@bus=0x0a",
            "+ interface/source/address@slot=0x00",
            "+ interface/source/address@function=0x1"));
    return differences;
  }

  private static Map<String, Map<String, String>> historical() {
    Map<String, Map<String, String>> kinds = new TreeMap<>();
    kinds.put(
        "802.1qbg",
        Map.of(
            "source",
            "eth5",
            "manager_id",
            "11",
            "type_id",
            "1193047",
            "type_id_version",
            "2",
            "instance_id",
            TestVifs.UUID));
    kinds.put("802.1qbh direct", Map.of("address", PCI, "profile_id", "enterprise"));
    kinds.put(
        "802.1qbh macvtap",
        Map.of("source", "eth5", "mode", "passthrough", "profile_id", "enterprise"));
    kinds.put("hw_veb direct", Map.of("address", PCI, "vlan", "7"));
    kinds.put("hw_veb accelerator-direct", Map.of("address", PCI, "vlan", "7"));
    kinds.put("hw_veb macvtap", Map.of("source", "eth5", "vlan", "7"));
    kinds.put("hostdev_physical", Map.of("address", PCI));
    kinds.put("ib_hostdev", Map.of("address", PCI));
    for (String mode : List.of("vepa", "bridge", "private", "passthrough")) {
      kinds.put("macvtap " + mode, Map.of("source", "eth5.7", "mode", mode));
    }
    for (String type : List.of("tap", "midonet", "iovisor")) {
      kinds.put(type, Map.of("target", TARGET));
    }
    return kinds;
  }

  @BeforeAll
  static void askNova() throws IOException, InterruptedException {
    Peer python = Peer.requirePythonModule("nova.virt.libvirt.vif", "python3-nova");
    Path script = folder.resolve("nova-interfaces.py");
    try (InputStream in = NovaInterfaceTest.class.getResourceAsStream("/nova-interfaces.py")) {
      Files.copy(in, script);
    }
    python.run(List.of(script.toString(), folder.toString()));
  }

  private static List<String> kinds(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .map(name -> name.substring(0, name.length() - suffix.length()))
          .sorted()
          .toList();
    }
  }

  private static String value(Set<String> facts, String attribute) {
    return facts.stream()
        .filter(fact -> fact.startsWith(attribute + "="))
        .map(fact -> fact.substring(attribute.length() + 1))
        .findFirst()
        .orElse(null);
  }

  /** What is told here of a kind of Nova's. */
  private static String told(String kind, Set<String> nova) throws IOException {
    String driver = value(nova, "interface/driver@name");
    InterfaceOptions.Builder options =
        InterfaceOptions.builder()
            .model(value(nova, "interface/model@type"))
            .driver(driver == null ? null : DriverOptions.named(driver));
    Path file = folder.resolve(kind + ".vif");
    if (Files.exists(file)) {
      Vif vif = VersionedObjectReader.readVif(Files.readString(file));
      return LibvirtInterface.of(
              vif, VifPlugins.installed().hypervisorTask(vif), options.build(), address -> "eth5")
          .xml();
    }
    Map<String, String> details = HISTORICAL.get(kind);
    assertTrue(details != null, () -> "nothing is told here of " + kind);
    HistoricalVifType type = HistoricalVifType.parse(kind.replaceAll(" .*", ""));
    if (!kind.contains("hostdev")) {
      details = new HashMap<>(details);
      details.put("mac_address", MAC);
    }
    return type.interfaceOf(details, options.mtu(kind.equals("tap") ? 1450 : null).build()).xml();
  }

  private static Set<String> compare(Set<String> nova, Set<String> here) {
    Set<String> differences = new TreeSet<>();
    for (String fact : nova) {
      if (!here.contains(fact)) {
        differences.add("- " + fact);
      }
    }
    for (String fact : here) {
      if (!nova.contains(fact)) {
        differences.add("+ " + fact);
      }
    }
    return differences;
  }

  @Test
  void everyKindOfNovasIsToldAsNovaTellsItButForWhatIsListed() throws IOException {
    List<String> kinds = kinds(".xml");
    for (String kind : kinds) {
      Set<String> nova = XmlFacts.of(Files.readString(folder.resolve(kind + ".xml")));
      Set<String> here = XmlFacts.of(told(kind, nova));
      Set<String> expected = new TreeSet<>(DIFFERENCES.getOrDefault(kind, Set.of()));
      assertEquals(expected, compare(nova, here), kind);
    }
    assertTrue(kinds.containsAll(DIFFERENCES.keySet()), "differences of kinds that Nova has");
    assertTrue(kinds.containsAll(HISTORICAL.keySet()), "details of kinds that Nova has");
    System.out.printf(
        "Nova's interfaces: %d kinds, %d of them the same, %d with the differences listed%n",
        kinds.size(), kinds.size() - DIFFERENCES.size(), DIFFERENCES.size());
  }

  @Test
  void whatNovaRefusesIsRefused() throws IOException {
    List<String> refused = kinds(".error");
    assertTrue(refused.contains("dvs"), refused.toString());
    for (String kind : refused) {
      assertThrows(
          InvalidInputException.class,
          () -> HistoricalVifType.parse(kind).form(Map.of()),
          () -> kind);
      assertTrue(Files.notExists(folder.resolve(kind + ".xml")), kind);
    }
  }

  @Test
  void everyVifTypeOfNovasIsCompared() throws IOException {
    for (String line : Files.readAllLines(folder.resolve("types"))) {
      assertTrue(!line.endsWith(": "), () -> line + " has no kind");
    }
  }
}
