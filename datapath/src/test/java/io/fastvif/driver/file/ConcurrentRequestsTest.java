package io.fastvif.driver.file;

import static io.fastvif.driver.EndpointType.PCI_DEVICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.PciDeviceEndpoint;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.Vif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** Two requests for one port at a time. */
class ConcurrentRequestsTest {
  private static final UUID PORT = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  private static final EndpointRequest REQUEST = EndpointRequest.of("fast", PORT, PCI_DEVICE);

  @TempDir Path temporary;

  /** Fails the first request, but not before the second has ended or waits for the first. */
  private static final class FailsOnce implements VifPlugin {
    private final TapInPlace rest = new TapInPlace();
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private final CompletableFuture<Thread> second = new CompletableFuture<>();

    @Override
    public PlugPlan plug(Vif vif, InstanceInfo instance, HostSnapshot host) {
      if (!first.complete(null)) {
        return rest.plug(vif, instance, host);
      }
      Thread other = second.join();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (other.getState() != Thread.State.BLOCKED
          && other.getState() != Thread.State.TERMINATED
          && System.nanoTime() - deadline < 0) {
        Thread.onSpinWait();
      }
      throw InvalidInputException.of("test", "fails once", "a second try");
    }

    @Override
    public PlugPlan unplug(Vif vif, InstanceInfo instance, HostSnapshot host) {
      return rest.unplug(vif, instance, host);
    }
  }

  @KernelTest
  void failedRequestTakesNothingFromTheNextOne() throws Exception {
    Path claims = temporary.resolve("claims");
    Path file =
        Files.writeString(
            temporary.resolve("networks.json"),
            """
            {"networks": {
              "fast": {"kind": "sriov", "addresses": ["0000:af:06.0"], "claims": "CLAIMS"}
            }}
            """
                .replace("CLAIMS", claims.toString()));
    FailsOnce plugin = new FailsOnce();
    try (TestHost host = new TestHost(file)) {
      FileNetworkDriver driver =
          new FileNetworkDriver(
              NetworksFile.read(file).networks(), new PluginPlugging(host.host(), vif -> plugin));
      FutureTask<Endpoint> failing = new FutureTask<>(() -> driver.request(REQUEST));
      FutureTask<Endpoint> behind = new FutureTask<>(() -> driver.request(REQUEST));
      Thread.ofPlatform().start(failing);
      plugin.first.get(60, TimeUnit.SECONDS);
      plugin.second.complete(Thread.ofPlatform().start(behind));

      Throwable reason =
          assertThrows(java.util.concurrent.ExecutionException.class, failing::get).getCause();
      assertTrue(reason instanceof EndpointUnavailableException, reason::toString);
      PciDeviceEndpoint given = (PciDeviceEndpoint) behind.get(60, TimeUnit.SECONDS);
      Optional<PciAddress> held = new DeviceClaims(claims).heldBy(given.id());
      assertEquals(Optional.of(given.address()), held);
    }
  }
}
