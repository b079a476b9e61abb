package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Vif;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;

/** A bridge that a failed plug has made goes with it, unless somebody else began to use it. */
class UsedBridgeTest {
  /** What somebody does to the bridge {@code BRIDGE}, and what the note says of it. */
  private record BridgeUser(String command, String reason) {}

  private static final List<BridgeUser> USES =
      List.of(
          new BridgeUser("", null),
          new BridgeUser("set-controller BRIDGE tcp:127.0.0.1:6653", "its controller is set"),
          new BridgeUser("br-set-external-id BRIDGE owner another", "its external_ids is set"),
          new BridgeUser(
              "set Bridge BRIDGE other_config:disable-in-band=true", "its other_config is set"),
          new BridgeUser("set Bridge BRIDGE fail_mode=secure", "its fail_mode is set"),
          new BridgeUser(
              "set Bridge BRIDGE mcast_snooping_enable=true", "its mcast_snooping_enable is"),
          new BridgeUser(
              "add-port BRIDGE other -- set Interface other type=dummy", "has the port other"),
          new BridgeUser(
              "set Interface BRIDGE external_ids:iface-id=another",
              "the external_ids of its own port is set"),
          new BridgeUser("set Port BRIDGE tag=7", "the tag of its own port is set"));

  @TempDir Path folder;

  private static String bridge(int number) {
    return "br-" + number;
  }

  private static Vif vif(int number) {
    return OvsVifs.port(
        number, OvsVifs.profile(number).createPort(true).build(), OvsVifs.network(bridge(number)));
  }

  private static void signal(String name, long pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor());
  }

  @KernelTest
  void bridgesThatOthersUseAreLeftWhenTheirPlugFails() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, "default_qos_type=", "wait_for=vswitchd")) {
      int addressed = USES.size();
      List<Vif> vifs = new ArrayList<>();
      for (int i = 0; i <= addressed; i++) {
        vifs.add(vif(i)); // their devices are missing, so the switch will refuse their ports
      }
      signal("STOP", bed.host().switchPid());
      List<CompletableFuture<PlugResult>> plugs;
      try {
        plugs = bed.start(true, vifs);
        Await.until(
            "the bridges are in the database",
            () -> bed.host().vsctl("--no-wait list-br").lines().count() == vifs.size());
        StringBuilder commands = new StringBuilder("--no-wait init");
        for (int i = 1; i < addressed; i++) {
          commands.append(" -- ").append(USES.get(i).command.replace("BRIDGE", bridge(i)));
        }
        bed.host().vsctl(commands.toString());
        bed.run("ip", "tuntap add " + bridge(addressed) + " mode tap");
        bed.run("ip", "address add 10.9.8.7/24 dev " + bridge(addressed));
      } finally {
        signal("CONT", bed.host().switchPid());
      }
      List<PlugResult> results = OvsTestBed.await(plugs);
      List<String> bridges = bed.host().vsctl("--no-wait list-br").lines().toList();
      assertFalse(bridges.contains(bridge(0)), "nobody used it");
      assertEquals(List.of(), results.get(0).notes());
      for (int i = 1; i <= addressed; i++) {
        String reason = i < addressed ? USES.get(i).reason : "it has the address 10.9.8.7";
        PlugResult result = results.get(i);
        assertEquals(Outcome.FAILED, result.outcome(), reason);
        assertTrue(bridges.contains(bridge(i)), reason);
        assertEquals(1, result.notes().size(), () -> reason + ": " + result.notes());
        String note = result.notes().getFirst();
        assertTrue(note.startsWith("the bridge " + bridge(i) + " is left: "), note);
        assertTrue(note.contains(reason), note);
        assertEquals(List.of(), result.failure().leftBehind(), reason);
      }
      assertEquals("other\n", bed.host().vsctl("--no-wait list-ports " + bridge(6)));
    }
  }
}
