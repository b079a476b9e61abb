package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.fault.NthCallFails;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.FaultMatrix;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Plugs and unplugs VIFs of some sorts in the namespace of this process, with one system call of
 * the running engine failing each time, and compares the whole namespace. A program: it runs in a
 * child.
 */
final class PlanFaultMatrix {
  private static final long SEED = 11;
  private static final int MAX_CALLS = 2000;
  private static final int RESULT_SECONDS = 60;
  private static final String LINK = "link ";

  /** The link of the VIF in all cases. */
  private static final String OWN = LINK + "port0";

  private static final long SETTLE_NANOS = 60_000_000_000L;

  /** How long descriptors may be open that a first play opens for good. */
  private static final long FIRST_NANOS = 500_000_000L;

  private static final long PAUSE_NANOS = 5_000_000L;

  private final DifferCase one;
  private final HostStateReader reader;
  private final HostState base;
  private final ComparableState comparable;
  private final List<String> told = new ArrayList<>();
  private final VifPlugin plugin;
  private PlugEngine engine;

  private PlanFaultMatrix(DifferCase one, HostStateReader reader) {
    this.one = one;
    this.reader = reader;
    base = reader.readSettled();
    comparable = new ComparableState(base, false);
    plugin = VifPlugins.installed(one.options()).of(one.vif());
  }

  private static boolean isEngines(Thread thread) {
    String name = thread.getName();
    return name.startsWith("fastvif-") && !name.startsWith("fastvif-callback");
  }

  private PlugFailure run(boolean plug) throws Exception {
    return engine
        .submit(
            one.vif().id().get(),
            (host, claims) ->
                plug
                    ? plugin.plug(one.vif(), null, one.host().apply(host))
                    : plugin.unplug(one.vif(), null, one.host().apply(host)))
        .orElseThrow()
        .toCompletableFuture()
        .get(RESULT_SECONDS, TimeUnit.SECONDS)
        .failure();
  }

  /** How many calls failed. */
  private int play() throws Exception {
    int points = 0;
    try (PlugEngine started =
        PlugEngine.builder().errorHandler(thrown -> told.add("" + thrown)).build().start()) {
      engine = started;
      play(new NthCallFails(Long.MAX_VALUE, Errno.EIO, PlanFaultMatrix::isEngines));
      long descriptors = FaultMatrix.descriptors();
      boolean hasFailed = true;
      for (int n = 1; hasFailed; n++) {
        assertTrue(n < MAX_CALLS, "the calls have no end");
        hasFailed = false;
        for (int errno : FaultMatrix.errnos(n)) {
          NthCallFails fault = new NthCallFails(n, errno, PlanFaultMatrix::isEngines);
          try {
            play(fault);
            descriptors = leaksNothing(n, errno, descriptors);
          } catch (Throwable t) {
            String what = one.name() + ", call " + n + " with " + Errno.name(errno) + ": ";
            AssertionError failed = new AssertionError(what + t + ", told: " + told, t);
            if (fault.place() != null) {
              failed.addSuppressed(fault.place());
            }
            throw failed;
          }
          hasFailed |= fault.hasFailed();
          points += fault.hasFailed() ? 1 : 0;
        }
      }
    }
    return points;
  }

  /**
   * What is open afterwards. More than before is all right if it is opened once, and not each time.
   */
  private long leaksNothing(int n, int errno, long before) throws Exception {
    long after = settledDescriptors(before, FIRST_NANOS);
    if (after > before) {
      play(new NthCallFails(n, errno, PlanFaultMatrix::isEngines));
      long again = settledDescriptors(after, SETTLE_NANOS);
      assertTrue(again <= after, () -> "descriptors: " + before + ", " + after + ", " + again);
    }
    return after;
  }

  /** Those of the programs that the test runs are closed a little later. */
  private static long settledDescriptors(long expected, long limitNanos) throws Exception {
    long deadline = System.nanoTime() + limitNanos;
    long open = FaultMatrix.descriptors();
    while (open > expected && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE_NANOS);
      open = FaultMatrix.descriptors();
    }
    return open;
  }

  private void play(NthCallFails fault) throws Exception {
    told.clear();
    List<String> left = new ArrayList<>();
    SystemCallFaults.install(fault);
    try {
      PlugFailure refused = run(true);
      if (refused != null) {
        left.addAll(refused.leftBehind());
        if (left.isEmpty()) {
          expectBase("undone: " + refused.message());
        }
      }
      PlugFailure stays = run(false);
      if (stays == null && left.isEmpty()) {
        deleteNewLinks();
        expectBase("unplugged");
      }
    } finally {
      SystemCallFaults.remove();
    }
    // Whatever has failed, the engine goes on, and no way back is lost.
    for (boolean plug : new boolean[] {true, false}) {
      PlugFailure failure = run(plug);
      assertNull(failure, () -> "afterwards: " + failure.message());
    }
    deleteNewLinks();
    expectBase("afterwards, with this left before: " + left);
  }

  private void expectBase(String what) {
    HostState expected = comparable.of(base);
    long deadline = System.nanoTime() + SETTLE_NANOS;
    while (true) {
      List<String> found = expected.differences(comparable.of(reader.read()));
      if (found.isEmpty()) {
        return;
      }
      assertTrue(System.nanoTime() < deadline, () -> what + ":\n  " + String.join("\n  ", found));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Takes away what a plan may leave, such as a VLAN: all but the VIF's own link. */
  private void deleteNewLinks() throws Exception {
    for (String name : reader.read().objects().keySet()) {
      if (name.startsWith(LINK) && !name.equals(OWN) && !base.objects().containsKey(name)) {
        GeneratedHost.ip("link delete " + name.substring(LINK.length()));
      }
    }
  }

  private static boolean isLackedByKernel(DifferCase one) throws Exception {
    for (String kind : one.kinds()) {
      if (!GeneratedHost.has(kind)) {
        System.out.println("left out: " + one.name() + ": this kernel has no " + kind);
        return true;
      }
    }
    return false;
  }

  /** A folder; prints how many failures were played of what. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Files.createDirectory(folder.resolve("dev"));
    new GeneratedHost(SEED).make();
    List<DifferCase> cases = new ArrayList<>(DifferCases.devices(folder));
    cases.removeIf(one -> one.kinds().isEmpty()); // no links at all
    cases.add(DifferCases.rules());
    for (DifferCase one : cases) {
      if (!isLackedByKernel(one)) {
        long begin = System.nanoTime();
        HostStateReader reader = new HostStateReader().folder(folder);
        int points =
            new PlanFaultMatrix(one, one.kinds().isEmpty() ? reader.filters() : reader).play();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        System.out.printf("%s: %d injection points in %d ms%n", one.name(), points, millis);
      }
    }
  }
}
