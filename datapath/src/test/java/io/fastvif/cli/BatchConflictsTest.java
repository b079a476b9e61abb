package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Two VIFs of one batch that want the same name, address or socket: the plan says so already. */
class BatchConflictsTest {
  private static final String FIRST = "aaaaaaaa-bb10-4000-8000-000000000001";
  private static final String SECOND = "aaaaaaaa-bb22-4000-8000-000000000002";

  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private Path file(Vif... vifs) throws Exception {
    return Files.writeString(folder.resolve("vifs.json"), Vifs.json(vifs));
  }

  /** Of two VIFs, the second cannot be planned. */
  private void refused(String problem, Vif first, Vif second, String... options) throws Exception {
    String[] arguments = new String[options.length + 2];
    arguments[0] = "plan";
    arguments[1] = file(first, second).toString();
    System.arraycopy(options, 0, arguments, 2, options.length);
    CommandRun run = CommandRun.of(arguments).expect(Fastvif.WRONG_INPUT);
    assertTrue(run.out().startsWith("VIF " + first.id().get()), run.out());
    assertFalse(run.out().contains(second.id().get()), run.out());
    assertTrue(run.err().contains("[1]." + problem), run.err());
    assertEquals(1, run.err().lines().count());
  }

  @KernelTest
  void onePlansWhatTheOtherCannotHave() throws Exception {
    refused(
        "vif_name: \"same\" is that of another VIF, " + FIRST,
        Vifs.tap(FIRST, "same").build(),
        Vifs.tap(SECOND, "same").build());
    refused(
        "id: \"" + SECOND + "\" stands for the device gstaaaaaaaa-bb, which is that of another",
        Vifs.bridged(FIRST, "da", "", 1500),
        Vifs.bridged(SECOND, "db", "", 1500),
        "-o",
        "linux_bridge.create_port=veth");
    refused(
        "network.subnets.ips.address: \"10.65.0.5\" is that of another VIF, " + FastPathVifs.id(1),
        FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "10.65.0.5"),
        FastPathVifs.routed(folder, 2, VhostUserMode.CLIENT, "10.65.0.6", "10.65.0.5"));
    refused(
        "network.subnets.ips.address: \"2001:db8:0:0:0:0:0:5\" is that of another",
        FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "2001:db8::5"),
        FastPathVifs.routed(folder, 2, VhostUserMode.CLIENT, "2001:db8::5"));
    refused(
        "path: \"" + FastPathVifs.socket(folder, 1),
        FastPathVifs.bridged(folder, 1, VhostUserMode.CLIENT),
        FastPathVifs.vif(folder, 2, VhostUserMode.CLIENT)
            .path(FastPathVifs.socket(folder, 1).toString())
            .portProfile(FastPathVifs.bridged(folder, 2, VhostUserMode.CLIENT).portProfile().get())
            .build());
  }

  @KernelTest
  void theFirstIsPluggedAndUnplugOfTheOtherLeavesIt() throws Exception {
    Vif first = Vifs.tap(FIRST, "same").build();
    Vif second = Vifs.tap(SECOND, "same").build();
    CommandRun plugged =
        CommandRun.of("plug", file(first, second).toString()).expect(Fastvif.FAILED);
    assertTrue(plugged.lines().get(0).contains("\"outcome\":\"plugged\""), plugged.out());
    assertTrue(
        plugged.lines().get(1).contains("\"name\":\"same\",\"outcome\":\"failed\""), plugged.out());
    // A later call sees it on the host.
    CommandRun later = CommandRun.of("plug", file(second).toString()).expect(Fastvif.WRONG_INPUT);
    String holder = "vif_name: \"same\" is that of another VIF, " + FIRST;
    assertTrue(later.err().contains(holder), later.err());
    CommandRun unplugged = CommandRun.of("unplug", file(second).toString()).expect(Fastvif.DONE);
    assertTrue(unplugged.out().contains("\"outcome\":\"unchanged\""), unplugged.out());
    assertTrue(ip.run("-o link show same").contains("fastvif:" + FIRST));
    CommandRun both = CommandRun.of("unplug", file(first, second).toString());
    assertEquals(
        List.of(true, true),
        List.of(
            both.lines().get(0).contains("\"unplugged\""),
            both.lines().get(1).contains("\"unchanged\"")));
  }
}
