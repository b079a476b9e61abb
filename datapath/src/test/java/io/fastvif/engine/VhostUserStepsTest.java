package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.plan.Action;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.plan.VhostUserPortStep;
import io.fastvif.testing.FakeVhostUserPorts;
import io.fastvif.vif.VhostUserMode;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps on vhost-user ports, with a forwarder that does not forward, and without one. */
class VhostUserStepsTest {
  private final FakeKernel kernel = new FakeKernel();
  private final FakeVhostUserPorts ports = new FakeVhostUserPorts();
  @TempDir Path folder;

  private ServedPort port() {
    return new ServedPort(
        "vif",
        "vhu0",
        folder.resolve("vhu0.sock").toString(),
        VhostUserMode.CLIENT,
        new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0600),
        1450,
        1,
        "tap-vif");
  }

  /** A tap of that MTU with a port; one above 65,521 is refused by the fake kernel. */
  private PlugPlan plan(int mtu, boolean portFirst) {
    PlugPlan tap = TestPlans.tap("vif", "tap-vif", mtu);
    List<PlannedStep> steps = new ArrayList<>(tap.steps());
    steps.add(
        portFirst ? 0 : steps.size(),
        PlannedStep.own(
            new VhostUserPortStep.OpenPort(port()), new VhostUserPortStep.ClosePort(port())));
    return new PlugPlan("vif", "vhu0", Action.PLUG, List.of("tap-vif"), null, steps, List.of());
  }

  private PlugPlan closing() {
    return new PlugPlan(
        "vif",
        "vhu0",
        Action.UNPLUG,
        List.of(),
        null,
        List.of(PlannedStep.own(new VhostUserPortStep.ClosePort(port()), null)),
        List.of());
  }

  private PlugEngine engine(VhostUserPorts given) {
    return PlugEngine.builder().transport(() -> kernel).vhostUser(given).build().start();
  }

  private static PlugResult run(PlugEngine engine, PlugPlan plan) throws Exception {
    return engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void aPortIsOpenedAndInTheSnapshotUntilItIsClosed() throws Exception {
    try (PlugEngine engine = engine(ports)) {
      assertEquals(Outcome.PLUGGED, run(engine, plan(1450, false)).outcome());
      assertEquals(List.of(port()), ports.open());
      assertEquals(Optional.of(port()), engine.snapshot().vhostUserPort("vif"));
      assertEquals(Optional.empty(), engine.snapshot().vhostUserPort("other"));
      assertEquals(Outcome.UNPLUGGED, run(engine, closing()).outcome());
      assertEquals(Optional.empty(), engine.snapshot().vhostUserPort("vif"));
      assertEquals(Outcome.UNCHANGED, run(engine, closing()).outcome());
    }
  }

  @Test
  void aLaterFailureClosesThePort() throws Exception {
    try (PlugEngine engine = engine(ports)) {
      assertEquals(Errno.EINVAL, run(engine, plan(70_000, true)).failure().errno());
      assertEquals(List.of("open vhu0", "close vhu0"), ports.calls());
      assertEquals(0, kernel.links.size());
    }
  }

  @Test
  void withoutForwarderTheFailureSaysWhatIsNeeded() throws Exception {
    try (PlugEngine engine = PlugEngine.builder().transport(() -> kernel).build().start()) {
      PlugResult result = run(engine, plan(1450, false));
      assertEquals(Outcome.FAILED, result.outcome());
      assertTrue(
          result.failure().message().contains("`fastvif vhost-user serve`"),
          result.failure().message());
      assertEquals(0, kernel.links.size());
    }
  }

  @Test
  void withoutForwarderAPortIsClosedOnlyWhereNobodyServesIt() throws Exception {
    Path socket = Path.of(port().path());
    try (PlugEngine engine = PlugEngine.builder().transport(() -> kernel).build().start()) {
      assertEquals(Outcome.UNCHANGED, run(engine, closing()).outcome());
      try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(socket));
        PlugResult served = run(engine, closing());
        assertEquals(Outcome.FAILED, served.outcome());
        assertTrue(served.failure().message().contains("another process serves it"));
        assertTrue(Files.exists(socket));
      }
      assertEquals(Outcome.UNPLUGGED, run(engine, closing()).outcome());
      assertTrue(Files.notExists(socket));
    }
  }
}
