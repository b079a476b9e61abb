package io.fastvif.vhostuser.virtqueue;

import static io.fastvif.bindings.linux.linux_h.O_NONBLOCK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.FileIo;
import io.fastvif.testing.Signal;
import io.fastvif.vhostuser.virtqueue.RingTraffic.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What one end of a ring publishes, the other sees whole and in order, and neither sleeps while the
 * other waits for it. {@code -Dfastvif.ring-buffers=N} has more buffers pass.
 */
class RingOrderTest {
  private static final int BUFFERS = Integer.getInteger("fastvif.ring-buffers", 20_000);
  private static final int SIZE = 8;
  private static final int LIMIT_SECONDS = 240;
  private static final int O_RDWR = 2;

  @TempDir Path folder;

  /** Four bits choose the layout, event indices, use in order, and the direction. */
  private static Plan plan(int kind, int buffers) {
    long features =
        VirtioFeatures.VERSION_1
            | ((kind & 1) != 0 ? VirtioFeatures.RING_PACKED : 0)
            | ((kind & 2) != 0 ? VirtioFeatures.EVENT_IDX : 0)
            | ((kind & 4) != 0 ? VirtioFeatures.IN_ORDER : 0);
    return new Plan(features, SIZE, (kind & 8) != 0, buffers, kind);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void nothingIsSeenTooEarlyOrWaitedForInVain(int kind) throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    try (TestGuest guest = new TestGuest(RingTraffic.REGION);
        TestGuest same = TestGuest.ofOther(RingTraffic.REGION, opened(guest.descriptors()[0]));
        Signal kick = Signal.pipe(folder.resolve("kick"));
        Signal call = Signal.pipe(folder.resolve("call"))) {
      RingTraffic driver = new RingTraffic(guest, plan(kind, BUFFERS), kick, call, failed::get);
      RingTraffic device = new RingTraffic(same, plan(kind, BUFFERS), kick, call, failed::get);
      CompletableFuture<Void> served = new CompletableFuture<>();
      Thread thread =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      device.serve(call.writer().value());
                      served.complete(null);
                    } catch (RuntimeException | Error e) {
                      failed.set(true);
                      served.completeExceptionally(e);
                    }
                  });
      try {
        driver.drive();
      } catch (RuntimeException e) {
        if (failed.get()) {
          served.exceptionNow().addSuppressed(e);
          served.get();
        }
        throw e;
      } finally {
        failed.set(true); // a device that still waits ends
        thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
      }
      served.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** The same where the device is in a process of its own: one of each layout and direction. */
  @Test
  void betweenTwoProcesses() throws Exception {
    for (int kind : new int[] {2, 3, 10, 11}) {
      try (TestGuest guest = new TestGuest(RingTraffic.REGION);
          Signal kick = Signal.pipe(folder.resolve("kick"));
          Signal call = Signal.pipe(folder.resolve("call"))) {
        Process process =
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("jdk.module.path", "")
                        + ":"
                        + System.getProperty("java.class.path"),
                    Device.class.getName(),
                    "" + ProcessHandle.current().pid(),
                    "" + guest.descriptors()[0],
                    "" + kick.reader().value(),
                    "" + call.writer().value(),
                    "" + kind,
                    "" + BUFFERS)
                .inheritIO()
                .start();
        try {
          new RingTraffic(guest, plan(kind, BUFFERS), kick, call, () -> !process.isAlive()).drive();
          assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "it has nothing to do");
          assertEquals(0, process.exitValue());
        } finally {
          process.destroyForcibly().waitFor();
        }
      }
    }
  }

  /** The device's process. */
  static final class Device {
    private Device() {}

    /** The other process's id, its descriptors of memory, kicks and calls, the kind, how many. */
    public static void main(String[] arguments) {
      List<Integer> numbers = List.of(arguments).stream().map(Integer::valueOf).toList();
      try (TestGuest guest =
              TestGuest.ofOther(RingTraffic.REGION, opened(numbers.get(0), numbers.get(1)));
          FileDescriptor kick = opened(numbers.get(0), numbers.get(2));
          FileDescriptor call = opened(numbers.get(0), numbers.get(3))) {
        Plan plan = plan(numbers.get(4), numbers.get(5));
        new RingTraffic(guest, plan, new Signal(kick, kick), new Signal(call, call), () -> false)
            .serve(call.value());
      }
    }
  }

  private static FileDescriptor opened(int descriptor) {
    return opened((int) ProcessHandle.current().pid(), descriptor);
  }

  private static FileDescriptor opened(int process, int descriptor) {
    String path = "/proc/" + process + "/fd/" + descriptor;
    return FileDescriptor.check(FileIo.open(path, O_RDWR | O_NONBLOCK, 0), "open", path);
  }
}
