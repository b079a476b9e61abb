package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cni.PodRecords.PodRecord;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** A file of which nobody can say whose it is: others' pods go on, and GC says it at the end. */
class DamagedRecordsTest {
  private static final String DEVICE = "0000:3b:02.1";
  private static final byte[] NOT_TEXT = {(byte) 0xff, (byte) 0xfe, 0};

  @TempDir Path folder;

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static String device(PodLab lab, String name, String more) {
    return lab.network("1.1.0", "host-device", ",'device':'" + name + "'" + more);
  }

  private static String toCollect(String network) {
    return PodLab.with(network, "cni.dev/valid-attachments", "[]");
  }

  private Path lease() throws IOException {
    Path leases = Files.createDirectories(PodLab.run(folder).resolve("devices"));
    return leases.resolve(DEVICE);
  }

  @KernelTest
  void leaseThatCannotBeReadIsTheTroubleOfItsPodAlone() throws Exception {
    for (byte[] text : List.of(NOT_TEXT, "reserved=true\n".getBytes(StandardCharsets.UTF_8))) {
      try (PodLab lab = new PodLab(folder)) {
        ip("link add nic0 type ifb");
        Files.write(lease(), text);
        String network = device(lab, "nic0", "");
        Netns pod = lab.pod();
        lab.done("ADD", "one", pod, network);
        lab.done("DEL", "one", pod, network);
        assertTrue(ip("link show").contains(" nic0:"));
        lab.done("DEL", "one", null, network);

        // A pod that may have the device is not said to be gone.
        String named =
            network.replace("{\"cni", "{\"runtimeConfig\":{\"deviceID\":\"" + DEVICE + "\"},\"cni");
        String refused = lab.refused(CniException.HOST_REFUSED, "DEL", "two", null, named);
        assertTrue(refused.contains(lease().toString()), refused);

        lab.done("ADD", "one", pod, network);
        String said = lab.refused(CniException.HOST_REFUSED, "GC", "", null, toCollect(network));
        assertTrue(said.contains(lease().toString()) && said.contains("stay reserved"), said);
        assertTrue(ip("link show").contains(" nic0:"));
        assertEquals(Set.of(), lab.held());
        assertTrue(Files.exists(lease()));
        ip("link delete nic0");

        // Pods that never have devices have nothing to do with it.
        String bridge = lab.network("1.1.0", "bridge", ",'isGateway':true");
        lab.done("ADD", "one", pod, bridge);
        lab.done("GC", "", null, toCollect(bridge));
        assertEquals(Set.of(), lab.held());
        assertFalse(ip("link show").contains("veth"));
        ip("link delete cni0");
      }
    }
  }

  @KernelTest
  void recordOfADeviceThatCannotBeReadIsTheTroubleOfItsPodAlone() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      ip("link add nic0 type ifb");
      ip("link add nic1 type ifb");
      Netns pod = lab.pod();
      Netns other = lab.pod();
      lab.done("ADD", "one", pod, device(lab, "nic0", ""));
      Path record = onlyFile(lab.records().resolve("devices"));
      Files.writeString(record, "{\"vifId\":");
      String network = device(lab, "nic1", "");
      lab.done("ADD", "two", other, network);
      lab.done("STATUS", "", null, network);
      lab.done("DEL", "two", other, network);
      lab.done("ADD", "two", other, network);
      String refused = lab.refused(CniException.HOST_REFUSED, "DEL", "one", pod, network);
      assertTrue(refused.contains(record.toString()), refused);
      String said = lab.refused(CniException.HOST_REFUSED, "GC", "", null, toCollect(network));
      assertTrue(said.contains(record.toString()), said);
      assertTrue(ip("link show").contains(" nic1:"));
      // That of the pod whose device was not given back stays given too.
      assertEquals(2, lab.held().size(), () -> "" + safe(lab));
      for (String held : lab.held()) {
        assertTrue(lab.files().get(held).startsWith("one"), held);
      }
      Files.delete(record);
      lab.done("GC", "", null, toCollect(network));
      assertEquals(Set.of(), lab.held());
    }
  }

  private static Object safe(PodLab lab) {
    try {
      return lab.files();
    } catch (IOException unreadable) {
      return unreadable;
    }
  }

  private static Path onlyFile(Path folder) throws IOException {
    try (var all = Files.newDirectoryStream(folder, "*.json")) {
      return all.iterator().next();
    }
  }

  @KernelTest
  void recordOfFilesThatCannotBeReadIsTheTroubleOfItsPodAlone() throws Exception {
    Path info = folder.resolve("info.json");
    try (PodLab lab = new PodLab(folder)) {
      PodRecords records = new PodRecords(lab.records());
      records.write(
          new PodRecord(
              "cni/net/one/eth0", PodMark.thisHost(), "", Map.of(), "", List.of(info.toString())));
      Path damaged =
          lab.records().resolve(onlyFile(lab.records()).toString().replace(":one:", ":two:"));
      Files.write(damaged, NOT_TEXT);
      Files.writeString(info, "{}");
      String network = lab.network("1.1.0", "bridge", "");
      String said = lab.refused(CniException.HOST_REFUSED, "GC", "", null, toCollect(network));
      assertTrue(said.contains(damaged.toString()), said);
      assertFalse(Files.exists(info));
      lab.done("DEL", "one", null, network);
      lab.refused(CniException.HOST_REFUSED, "DEL", "two", null, network);
      // Where it is valid, nobody looks at it.
      String valid = "[{\"containerID\":\"two\",\"ifname\":\"eth0\"}]";
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
    }
  }

  /** Two hosts, each in a namespace of its own, whose runtimes have named a container the same. */
  @KernelTest
  void recordsOfTwoHostsDoNotMix() throws Exception {
    PodRecords records = new PodRecords(folder.resolve("cni"));
    String vifId = "cni/net/one/eth0";
    records.write(record(vifId, "/here"));
    try (Netns other = Netns.createPrivate()) {
      other.call(
          () -> {
            records.write(record(vifId, "/there"));
            assertEquals(List.of("/there"), records.read(vifId).orElseThrow().files());
            assertEquals(1, records.all().size());
            return null;
          });
      assertEquals(List.of("/here"), records.read(vifId).orElseThrow().files());
      assertTrue(records.delete(vifId));
      assertFalse(records.delete(vifId));
      other.call(
          () -> {
            assertEquals(List.of("/there"), records.read(vifId).orElseThrow().files());
            return null;
          });
    }
    // What an earlier version has written is found, by its own host alone.
    Path earlier = folder.resolve("cni/cni:net:old:eth0.json");
    Files.writeString(earlier, record("cni/net/old/eth0", "/old").toJson());
    assertEquals(List.of("/old"), records.read("cni/net/old/eth0").orElseThrow().files());
    try (Netns other = Netns.createPrivate()) {
      other.call(
          () -> {
            assertTrue(records.read("cni/net/old/eth0").isEmpty());
            assertFalse(records.delete("cni/net/old/eth0"));
            return null;
          });
    }
    assertTrue(records.delete("cni/net/old/eth0"));
    assertFalse(Files.exists(earlier));
  }

  private static PodRecord record(String vifId, String file) {
    return new PodRecord(vifId, PodMark.thisHost(), "", Map.of(), "", List.of(file));
  }

  @KernelTest
  void addressWhoseFileCannotBeReadStaysGiven() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.1.0", "bridge", "");
      Path networks = Files.createDirectories(lab.addresses().resolve("net"));
      Files.write(networks.resolve("10.88.0.2"), NOT_TEXT);
      Files.createDirectories(networks.resolve("10.88.0.4"));
      Files.write(networks.resolve("last_reserved_ip.0"), NOT_TEXT);
      Netns pod = lab.pod();
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(result.contains("10.88.0.3/24"), result);
      lab.done("STATUS", "", null, network);
      String added = lab.done("ADD", "two", lab.pod(), network);
      assertTrue(added.contains("10.88.0.5/24"), added);
      lab.done("DEL", "one", pod, network);
      String said = lab.refused(CniException.IO_FAILURE, "GC", "", null, toCollect(network));
      assertTrue(said.contains("10.88.0.2") && said.contains("10.88.0.4"), said);
      assertFalse(ip("link show").contains("veth"));
      assertFalse(Files.exists(networks.resolve("10.88.0.5")));
      assertTrue(Files.exists(networks.resolve("10.88.0.2")));
      assertTrue(Files.exists(networks.resolve("10.88.0.4")));
    }
  }
}
