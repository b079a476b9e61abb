package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.linux.linux_h;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Peer;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The C program that benchmarks compares the engine with sends the engine's messages, byte for byte
 * and in the same sends: otherwise it would be no floor.
 */
class CFloorTest {
  private static final Path SOURCE =
      Path.of("../benchmarks/src/main/resources/io/fastvif/benchmarks/compare/c-floor.c");
  private static final int PORTS_OF_A_BRIDGE = 1023;
  private static final int MTU = 1500;

  /** As the program numbers them when it only prints. */
  private static final int FIRST_BRIDGE = 2;

  private static final int FIRST_PORT = 1000;

  private static final int SEQUENCE_OFFSET = 8;
  private static final int HEADERS_LENGTH = 32; // nlmsghdr and ifinfomsg

  @TempDir Path folder;

  private final Map<String, Integer> indexes = new HashMap<>();
  private final VifPlugin plugin =
      VifPlugins.installed(Map.of("linux_bridge.create_port", "veth")).of(vif(0));

  private static String bridge(int number) {
    return "br" + number / PORTS_OF_A_BRIDGE;
  }

  private static VifBridge vif(int number) {
    String id = new UUID(((long) number << Integer.SIZE) | 0x4000, 0x8000L << 48).toString();
    return VifBridge.builder()
        .id(id)
        .address(new MacAddress(0xfa163e000000L | number))
        .plugin("linux_bridge")
        .preserveOnDelete(false)
        .hasTrafficFiltering(true)
        .network(Network.builder().multiHost(false).shouldProvideBridge(false).mtu(MTU).build())
        .vifName(("tap" + id).substring(0, 14))
        .bridgeName(bridge(number))
        .build();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 600, 2000})
  void sendsTheSame(int count) throws Exception {
    List<VifBridge> vifs = IntStream.range(0, count).mapToObj(CFloorTest::vif).toList();
    SnapshotBuilder bridges = new SnapshotBuilder();
    for (int i = 0; i < count; i += PORTS_OF_A_BRIDGE) {
      indexes.put(bridge(i), FIRST_BRIDGE + i / PORTS_OF_A_BRIDGE);
      bridges.link(withoutPorts(bridge(i)));
    }
    HostSnapshot empty = bridges.build();
    List<PlugPlan> plugs = vifs.stream().map(vif -> plugin.plug(vif, null, empty)).toList();
    StringBuilder table = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String bridge = bridge(i);
      NetlinkStep.CreateVeth veth = creation(plugs.get(i));
      indexes.put(veth.name(), FIRST_PORT + 2 * i);
      indexes.put(veth.peer(), FIRST_PORT + 2 * i + 1);
      table.append(
          String.join(
                  "\t",
                  veth.name(),
                  veth.peer(),
                  bridge,
                  veth.mac().toString(),
                  veth.peerMac().toString(),
                  Integer.toString(veth.mtu()),
                  "fastvif:" + vifs.get(i).id().get())
              + "\n");
    }
    List<String> expected = new ArrayList<>(engine(plugs));
    SnapshotBuilder host = new SnapshotBuilder();
    for (int i = 0; i < count; i++) {
      host.link(link(creation(plugs.get(i)).name(), "fastvif:" + vifs.get(i).id().get()));
    }
    HostSnapshot plugged = host.build();
    expected.addAll(engine(vifs.stream().map(vif -> plugin.unplug(vif, null, plugged)).toList()));
    List<String> actual = floor(table.toString());
    assertEquals(expected.size(), actual.size(), "sends");
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(comparable(expected.get(i)), comparable(actual.get(i)), "send " + i);
    }
  }

  @Test
  void theComparisonSeesEveryByteButSequencesAndTheGroup() {
    String message = "20000000" + "13000500" + "07000000" + "00000000" + "00".repeat(16);
    String other = "20000000" + "13000500" + "08000000" + "00000000" + "00".repeat(16);
    assertEquals(comparable(message), comparable(other));
    for (int i = 8; i < message.length(); i += 2) {
      if (i / 2 >= 8 && i / 2 < 12) {
        continue;
      }
      String changed = message.substring(0, i) + "ff" + message.substring(i + 2);
      assertNotEquals(comparable(message), comparable(changed), "byte " + i / 2);
    }
  }

  private static NetlinkStep.CreateVeth creation(PlugPlan plan) {
    return plan.steps().stream()
        .map(PlannedStep::step)
        .filter(NetlinkStep.CreateVeth.class::isInstance)
        .map(NetlinkStep.CreateVeth.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** As the comparison makes bridges: its first port would change its MAC address. */
  private LinkState withoutPorts(String name) {
    int index = indexes.get(name);
    return LinkState.builder(index, name, "bridge")
        .mtu(MTU)
        .up(true)
        .address(new MacAddress(0x02_00_00_00_00_00L | index))
        .ipv6Disabled(true)
        .build();
  }

  private LinkState link(String name, String alias) {
    return LinkState.builder(indexes.get(name), name, "veth")
        .mtu(MTU)
        .up(true)
        .promiscuous(true)
        .alias(alias)
        .ipv6AddressGeneration(false)
        .ipv6Disabled(true)
        .build();
  }

  private List<String> engine(List<PlugPlan> plans) {
    SendRecorder recorder = new SendRecorder(indexes);
    try (PlugEngine engine = PlugEngine.builder().transport(() -> recorder).build()) {
      for (PlugPlan plan : plans) {
        assertTrue(engine.submit(plan).isPresent());
      }
      engine.onStart();
      while (engine.doWork() > 0) {
        // until the queue is empty
      }
      engine.onClose();
    }
    return recorder.sends();
  }

  private List<String> floor(String table) throws Exception {
    Peer gcc = Peer.require("gcc", "gcc libc6-dev linux-libc-dev");
    Path program = folder.resolve("c-floor");
    gcc.run(List.of("-O2", "-Wall", "-Wextra", "-Werror", "-o", program.toString(), "" + SOURCE));
    Path vifs = Files.writeString(folder.resolve("vifs.tsv"), table);
    Path out = folder.resolve("sends");
    Process process =
        new ProcessBuilder(program.toString(), vifs.toString(), "--print")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertEquals(0, process.waitFor(), () -> "see " + out);
    return Files.readAllLines(out);
  }

  /** Whether an attribute is the group of links that leave together, not that of one being made. */
  private static boolean isOfLeaving(ByteBuffer send, int attribute) {
    return send.getShort(attribute + Short.BYTES) == linux_h.IFLA_GROUP
        && send.getInt(attribute + Integer.BYTES) >= LinkGroups.MIN_LEAVING;
  }

  /** The send without sequence numbers and the group's number, which is drawn. */
  private static String comparable(String hex) {
    if (hex.contains(" ")) {
      return hex; // no send, but a link without IPv6
    }
    byte[] bytes = HexFormat.of().parseHex(hex);
    ByteBuffer send = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    StringBuilder text = new StringBuilder();
    int next;
    for (int at = 0; at < bytes.length; at = next) {
      int length = send.getInt(at);
      next = at + length;
      send.putInt(at + SEQUENCE_OFFSET, 0);
      int attribute = at + HEADERS_LENGTH;
      if (next > attribute && isOfLeaving(send, attribute)) {
        send.putInt(attribute + Integer.BYTES, 0);
      }
      text.append(HexFormat.of().formatHex(bytes, at, next)).append('\n');
    }
    return text.toString();
  }
}
