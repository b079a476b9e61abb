package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.plan.Action;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.plan.WaitingStep;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlowStepsTest {
  private static final PciAddress DEVICE = PciAddress.parse("0000:01:10.0");
  private static final DeviceStep.BindDriver TO_VFIO =
      new DeviceStep.BindDriver(DEVICE, "vfio-pci", null);
  private static final DeviceStep.BindDriver BACK =
      new DeviceStep.BindDriver(DEVICE, "igbvf", null);

  private final FakeKernel kernel = new FakeKernel();
  private final List<Step> performed = Collections.synchronizedList(new ArrayList<>());
  private final PlugEngine engine = PlugEngine.builder().transport(() -> kernel).build().start();

  @AfterEach
  void close() {
    assertTrue(engine.close(Duration.ofMinutes(1)));
  }

  private CompletableFuture<PlugResult> submit(PlugPlan plan) {
    return engine.submit(plan).orElseThrow().toCompletableFuture();
  }

  private static PlugResult get(CompletableFuture<PlugResult> result) throws Exception {
    return result.get(60, TimeUnit.SECONDS);
  }

  /** A tap behind the step, or before it. */
  private static PlugPlan plan(String id, int mtu, boolean slowFirst) {
    PlugPlan tap = TestPlans.tap(id, "tap-" + id, mtu);
    List<PlannedStep> steps = new ArrayList<>(tap.steps());
    steps.add(slowFirst ? 0 : steps.size(), PlannedStep.own(TO_VFIO, BACK));
    return new PlugPlan(id, tap.name(), Action.PLUG, tap.devices(), null, steps, List.of());
  }

  @Test
  void othersGoOnMeanwhile() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    kernel.slow =
        step -> {
          try {
            return released.await(60, TimeUnit.SECONDS);
          } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
          }
        };
    CompletableFuture<PlugResult> slow = submit(plan("slow", 1450, true));
    assertEquals(Outcome.PLUGGED, get(submit(TestPlans.tap("quick", "tap1", 1450))).outcome());
    assertEquals(Set.of("tap1"), kernel.links.keySet());
    released.countDown();
    assertEquals(Outcome.PLUGGED, get(slow).outcome());
    assertEquals(Set.of("tap1", "tap-slow"), kernel.links.keySet());
  }

  @Test
  void aRefusalUndoesWhatWasDone() throws Exception {
    kernel.slow =
        step -> {
          throw new IOException("the driver vfio-pci is not loaded");
        };
    PlugResult result = get(submit(plan("vif", 1450, false)));
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals(
        "VIF vif: bind 0000:01:10.0 to vfio-pci: the driver vfio-pci is not loaded",
        result.failure().message());
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @Test
  void theKernelsErrorIsNamed() throws Exception {
    kernel.slow =
        step -> {
          throw new SystemCallException("write", Errno.EBUSY);
        };
    assertEquals(Errno.EBUSY, get(submit(plan("vif", 1450, false))).failure().errno());
  }

  @Test
  void aLaterFailureUndoesTheSlowStep() throws Exception {
    kernel.slow = performed::add;
    PlugResult result = get(submit(plan("vif", 70_000, true)));
    assertEquals(Errno.EINVAL, result.failure().errno());
    assertEquals(List.of(TO_VFIO, BACK), performed);
  }

  @Test
  void whatWasSoAlreadyIsNotUndone() throws Exception {
    kernel.slow =
        step -> {
          performed.add(step);
          return false;
        };
    get(submit(plan("vif", 70_000, true)));
    assertEquals(List.of(TO_VFIO), performed);
  }

  @Test
  void closingWaitsForAStepUnderWay() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    kernel.slow =
        step -> {
          begun.countDown();
          try {
            return released.await(60, TimeUnit.SECONDS);
          } catch (InterruptedException interrupted) {
            throw new IOException(interrupted);
          }
        };
    CompletableFuture<PlugResult> slow = submit(plan("slow", 1450, true));
    assertTrue(begun.await(60, TimeUnit.SECONDS));
    Thread closer = Thread.ofPlatform().start(engine::close);
    released.countDown();
    assertEquals(Outcome.PLUGGED, get(slow).outcome());
    assertTrue(closer.join(Duration.ofMinutes(1)));
  }

  @Test
  void anErrorIsTheStepsFailure() throws Exception {
    kernel.slow =
        step -> {
          throw new NoClassDefFoundError("no such class");
        };
    PlugResult result = get(submit(plan("vif", 1450, false)));
    assertEquals(Outcome.FAILED, result.outcome());
    assertTrue(result.failure().message().contains("no such class"), result.failure().message());
    assertEquals(Set.of(), kernel.links.keySet());
  }

  @Test
  void theKernelsErrorBehindAnotherExceptionIsNamed() throws Exception {
    kernel.slow =
        step -> {
          throw new IOException("bind", new SystemCallException("write", Errno.ENODEV));
        };
    assertEquals(Errno.ENODEV, get(submit(plan("vif", 1450, false))).failure().errno());
    kernel.slow =
        step -> {
          throw new IOException(new AccessDeniedException("/sys/bus/pci"));
        };
    assertEquals(Errno.EACCES, get(submit(plan("other", 1450, false))).failure().errno());
  }

  /** They accept connections and do not answer, as a backend that hangs. */
  @Test
  void deadBackendsKeepNobodyElseWaiting(@TempDir Path folder) throws Exception {
    int backends = 64;
    List<CompletableFuture<PlugResult>> waits = new ArrayList<>();
    List<ServerSocketChannel> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < backends; i++) {
        Path path = folder.resolve("backend" + i);
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        sockets.add(socket);
        socket.bind(UnixDomainSocketAddress.of(path));
        PlannedStep await =
            PlannedStep.own(new WaitingStep.AwaitBackend(path.toString(), null, 60_000), null);
        String id = "waits" + i;
        waits.add(
            submit(
                new PlugPlan(id, id, Action.PLUG, List.of(id), null, List.of(await), List.of())));
      }
      for (int i = 0; i < 20; i++) {
        assertEquals(Outcome.PLUGGED, get(submit(plan("quick" + i, 1450, true))).outcome());
      }
      assertTrue(waits.stream().noneMatch(CompletableFuture::isDone));
      for (ServerSocketChannel socket : sockets) {
        answerAll(socket);
      }
      for (CompletableFuture<PlugResult> wait : waits) {
        assertEquals(Outcome.UNCHANGED, wait.get(60, TimeUnit.SECONDS).outcome());
      }
    } finally {
      for (ServerSocketChannel socket : sockets) {
        socket.close();
      }
    }
  }

  /** Answers GET_FEATURES on every connection, until the socket is closed. */
  private static void answerAll(ServerSocketChannel socket) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (true) {
                  try (SocketChannel connection = socket.accept()) {
                    ByteBuffer request = ByteBuffer.allocate(12);
                    while (request.hasRemaining() && connection.read(request) >= 0) {
                      // the whole header, or the end
                    }
                    ByteBuffer reply = ByteBuffer.allocate(20).order(ByteOrder.nativeOrder());
                    reply.putInt(1).putInt(0x5).putInt(8).putLong(1L << 32).flip();
                    connection.write(reply);
                    connection.read(ByteBuffer.allocate(1)); // it ends once it was read
                  } catch (ClosedChannelException closed) {
                    return;
                  }
                }
              } catch (IOException ended) {
                // the client went away
              }
            });
  }
}
