package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.cli.Fastvif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same classes on 64-bit Arm: the demo and tests of each part that touches the kernel or shared
 * memory, in the lab's second guest. {@code -Dtest=Aarch64Lab} runs it, and {@code
 * src/test/lab/on-aarch64} of the jar that was packed; {@code -Dfastvif.aarch64=full} runs more of
 * them there, {@code -Dfastvif.aarch64=cli.OvsCommandTest,tuntap.TapTest} these.
 *
 * <p>An emulated processor on x86-64 keeps the order that x86-64 keeps: what only a weaker one
 * shows is not found here, beyond what the compilers make of it.
 */
class Aarch64Lab {
  private static final List<String> CLASSES =
      List.of(
          "netns.NetnsTest",
          "netlink.route.RouteSocketTest",
          "netlink.route.LinkSettingsTest",
          "tuntap.TapTest",
          "macvtap.TapNodeTest",
          "engine.DeviceStepsKernelTest",
          "engine.ManyToOneQueueTest",
          "engine.EngineKernelTest#aPortOfABridgeIsSetUpAsOsVifDoes",
          "engine.EngineKernelTest#linksThatExistAreChangedInTheSameBatches",
          "engine.EngineKernelTest#aVifThatFailsInItsSecondStepLeavesNothingAndFailsAlone",
          "vhostuser.protocol.MessageLayoutTest",
          "vhostuser.virtqueue.RingOrderTest",
          "vhostuser.virtqueue.KilledDeviceTest",
          "vhostuser.session.BackendSessionTest",
          "forward.GuestToGuestTest",
          "forward.PacketPortTest");

  private static final List<String> MORE =
      List.of(
          "netns.NetnsSearchTest",
          "netns.NetnsVisitTest",
          "netlink.route.LinkMonitorTest",
          "netlink.route.NamespaceSocketTest",
          "netlink.route.FullBatchTest",
          "engine.EngineKernelTest",
          "engine.KeptBridgesKernelTest",
          "engine.RollBackKernelTest",
          "vhostuser.memory.DirtyLogTest",
          "vhostuser.memory.GuestMemoryTest",
          "vhostuser.memory.SharedMappingTest",
          "vhostuser.virtqueue.DeviceQueueTest",
          "vhostuser.virtqueue.InflightTest",
          "vhostuser.virtqueue.NotificationTest",
          "vhostuser.virtqueue.VirtqueueModelTest",
          "forward.VhostUserPortTest",
          "forward.TapPortTest",
          "forward.XdpPortTest",
          "cli.ServeInflightTest",
          "cli.SignalledPlugTest",
          "cli.AgentKillTest",
          "cli.OvsCommandTest");

  private static final String CHOSEN = System.getProperty("fastvif.aarch64", "");

  /** Beside much else the short list takes several times as long as alone. */
  private static final int SECONDS = CHOSEN.isEmpty() ? 1800 : 7200;

  @Test
  void demoAndTestsPassThere(@TempDir Path out) throws Exception {
    List<String> classes = chosen();
    classes.replaceAll("io.fastvif."::concat);
    Files.write(out.resolve("classes"), classes);
    Lab lab =
        Lab.ofAarch64("aarch64.sh", out)
            .seconds(SECONDS)
            .memory("2G")
            .launcher("fastvif", Fastvif.class)
            .launcher("tests", TestRunner.class);
    int status = lab.status();
    List<String> results = lab.text("results").lines().toList();
    results.stream().filter(line -> !line.startsWith("\tat ")).forEach(System.out::println);
    System.out.printf(
        "aarch64, Linux %s, pages of %s bytes: %d passed, %d failed, %d skipped%n",
        lab.text("kernel").strip(),
        lab.text("page").strip(),
        count(results, "passed "),
        count(results, "failed "),
        count(results, "skipped "));
    assertEquals("0", lab.text("demo-status").strip(), () -> lab.text("demo") + lab.log());
    assertEquals(0, count(results, "failed "));
    assertEquals(0, status, lab::log);
    for (String name : classes) {
      String simple = name.substring(name.lastIndexOf('.') + 1).replace('#', '.');
      assertTrue(count(results, "passed " + simple) > 0, () -> "nothing passed of " + name);
    }
  }

  private static List<String> chosen() {
    if (!CHOSEN.isEmpty() && !CHOSEN.equals("full")) {
      return new ArrayList<>(List.of(CHOSEN.split(",")));
    }
    List<String> classes = new ArrayList<>(CLASSES);
    if (!CHOSEN.isEmpty()) {
      classes.addAll(MORE);
    }
    return classes;
  }

  private static long count(List<String> results, String begin) {
    return results.stream().filter(line -> line.startsWith(begin)).count();
  }
}
