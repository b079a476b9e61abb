package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.Namespaces;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netns.Netns;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifBridge;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** In a container, {@code /proc/sys} may only be read. */
class ReadOnlySysctlTest {
  private static final VifBridge VIF =
      VifBridge.builder()
          .id("7204e52d-b222-4a58-808a-05a6c4647157")
          .plugin("linux_bridge")
          .hasTrafficFiltering(true)
          .vifName("veth0")
          .bridgeName("br0")
          .network(Network.builder().shouldProvideBridge(true).mtu(1450).build())
          .build();

  private static void mount(String source, String target, int flags) {
    SystemCallException.check(
        Namespaces.mount(source, target, "none", flags, null), "mount", target, flags);
  }

  @KernelTest
  void theErrorIsTheKernels() {
    // A thread's own mount namespace ends with it, as its network namespace does.
    try (Netns own = Netns.createPrivate()) {
      PlugResult result = own.call(ReadOnlySysctlTest::plug);
      assertEquals(Outcome.FAILED, result.outcome());
      assertEquals(Errno.EROFS, result.failure().errno(), result.failure().message());
      assertEquals(List.of(), result.failure().leftBehind());
    }
  }

  private static PlugResult plug() throws Exception {
    SystemCallException.check(Namespaces.unshare(CLONE_NEWNS), "unshare", "CLONE_NEWNS");
    mount("", "/", MS_PRIVATE | MS_REC);
    mount("/proc/sys", "/proc/sys", MS_BIND);
    mount("", "/proc/sys", MS_BIND | MS_REMOUNT | MS_RDONLY);
    VifPlugin plugin = VifPlugins.installed(Map.of("linux_bridge.create_port", "veth")).of(VIF);
    try (PlugEngine engine = PlugEngine.builder().build().start()) {
      return engine
          .submit(plugin.plug(VIF, null, engine.snapshot()))
          .orElseThrow()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
    }
  }
}
