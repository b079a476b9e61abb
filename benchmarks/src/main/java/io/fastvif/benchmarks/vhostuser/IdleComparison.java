package io.fastvif.benchmarks.vhostuser;

import io.fastvif.bindings.Scheduling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.forward.Idle;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * {@code fastvif bench --idle}: what backends take of a processor when there is little to do. Each
 * is a process of its own with its work on one processor; the driver polls on another. Systems have
 * their turns one after the other, as some of them poll while they rest.
 */
public final class IdleComparison {
  private static final int DRIVER_PROCESSOR = 0;
  private static final long WARM_UP_NANOS = 1_500_000_000;
  private static final long SAMPLE_NANOS = 500_000_000;
  private static final long QUICK_NANOS = 50_000_000;
  private static final long FIRST_NANOS = 10_000_000;
  private static final long BURST_NANOS = 3_500_000;
  private static final long REST_NANOS = 15_000_000;
  private static final int BURSTS = 60;
  private static final int QUICK_BURSTS = 5;
  private static final int ALL = 100;

  /** Short ones, in the best of which others did not disturb. */
  private static final int RATE_SAMPLES = 20;

  /** A rate at which none is ever due; 0 is as many as go. */
  private static final double NO_FRAMES = Double.MIN_NORMAL;

  private static final int OVS_SLEEP_MICROS = 50;

  /** A share of it is still some frames, on whatever machine. */
  private static final double LEAST_RATE = 1_000;

  private static final List<Integer> LOADS = List.of(50, 10, 1, 0);

  private final Path folder;
  private final Programs programs;
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean quick;
  private boolean failed;

  /** A system's name, how it is started, and what has been measured of it. */
  private static final class Measured {
    private final String name;
    private final PacedSystem.Start start;
    private final List<Double> rates = new ArrayList<>();
    private final Map<Integer, List<IdleRow.Measured>> rows = new LinkedHashMap<>();
    private final FirstKick firstKick = new FirstKick();

    Measured(String name, PacedSystem.Start start) {
      this.name = name;
      this.start = start;
    }
  }

  /**
   * Prepares the comparison.
   *
   * @param folder for sockets, programs and outputs
   * @param quick whether with short samples, which say nothing
   * @param out takes the tables, as Markdown
   * @param err takes what goes wrong
   * @throws InvalidInputException if this cannot be measured here
   * @throws IOException if the folder cannot be written
   */
  public IdleComparison(Path folder, boolean quick, PrintWriter out, PrintWriter err)
      throws IOException {
    Programs.missingCompiler()
        .ifPresent(
            packages -> {
              throw InvalidInputException.ofValue(
                  "--idle", "gcc", "is not installed", "the Debian packages " + packages);
            });
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw InvalidInputException.ofValue("--idle", "1 processor", "is too few", "two processors");
    }
    this.folder = folder;
    programs = new Programs(folder);
    this.quick = quick;
    this.out = out;
    this.err = err;
  }

  /**
   * Measures and prints all tables.
   *
   * @param rounds how often each system has its turn
   */
  public void run(int rounds) {
    run(rounds, system -> true);
  }

  /** Measures some systems, by their names. */
  void run(int rounds, Predicate<String> wanted) {
    List<Measured> guests = new ArrayList<>();
    for (Idle idle : List.of(Idle.ADAPTIVE, Idle.KICKS, Idle.BUSY_SPIN)) {
      guests.add(
          new Measured(
              "fastvif " + idle.name().toLowerCase(Locale.ROOT),
              () -> BetweenGuests.fastvif(programs, folder, idle)));
    }
    if (isThere(BetweenGuests.missingOvs())) {
      guests.add(new Measured("OVS-DPDK", () -> BetweenGuests.ovs(programs, folder, 0)));
      guests.add(
          new Measured(
              "OVS-DPDK, pmd-maxsleep=" + OVS_SLEEP_MICROS,
              () -> BetweenGuests.ovs(programs, folder, OVS_SLEEP_MICROS)));
    }
    if (isThere(BetweenGuests.missingDpdk())) {
      guests.add(new Measured("testpmd", () -> BetweenGuests.testpmd(programs, folder)));
    }
    guests.removeIf(system -> !wanted.test(system.name));
    measure("From a guest to another", guests, rounds);
    List<Measured> host = new ArrayList<>();
    host.add(
        new Measured(
            "fastvif adaptive, tap", () -> ToHost.fastvif(programs, folder, Idle.ADAPTIVE)));
    if (isThere(ToHost.missingPasst())) {
      host.add(new Measured("passt", () -> ToHost.passt(programs, folder)));
    }
    host.removeIf(system -> !wanted.test(system.name));
    measure("From a guest to a UDP socket of the host", host, rounds);
  }

  /** Names what is missing. */
  private boolean isThere(Optional<String> missing) {
    missing.ifPresent(packages -> out.println("Not measured, not installed: " + packages));
    return missing.isEmpty();
  }

  private void measure(String title, List<Measured> systems, int rounds) {
    for (Measured system : systems) {
      attempt(system, () -> measureRate(system));
    }
    double full =
        systems.stream()
            .flatMap(each -> each.rates.stream())
            .mapToDouble(Double::doubleValue)
            .min()
            .orElse(0);
    double shared = Math.max(full, LEAST_RATE);
    for (int round = 0; round < rounds; round++) {
      for (Measured system : systems) {
        attempt(system, () -> measureLoads(system, shared));
      }
    }
    out.printf(
        Locale.ROOT,
        "%n%s, frames of 64 bytes; loads are shares of the least full rate, %.0f a second; medians"
            + " of %d samples of %d ms%n",
        title,
        shared,
        rounds,
        sampleNanos() / 1_000_000);
    out.print(IdleRow.TITLE);
    for (Measured system : systems) {
      system.rows.forEach((load, all) -> out.println(IdleRow.of(system.name, load, all)));
    }
    out.printf(
        "%nThe same after %d ms without frames, %d times: as many frames as go%n",
        REST_NANOS / 1_000_000, rounds * bursts());
    out.print(FirstKick.TITLE);
    for (Measured system : systems) {
      if (!system.rows.isEmpty()) {
        out.println(system.firstKick.row(system.name));
      }
    }
    out.flush();
    err.flush();
  }

  private interface Turn {
    void measure() throws IOException;
  }

  private void attempt(Measured system, Turn turn) {
    try {
      turn.measure();
    } catch (IOException | RuntimeException e) {
      failed = true;
      out.println(system.name + " failed");
      err.println(system.name + ": " + e);
      err.flush();
    }
  }

  private void measureRate(Measured system) throws IOException {
    try (Driven driven = new Driven(system)) {
      driven.send(0, warmUpNanos());
      double best = 0;
      for (int i = 0; i < RATE_SAMPLES; i++) {
        best = Math.max(best, driven.send(0, sampleNanos() / RATE_SAMPLES).sample().rate());
      }
      system.rates.add(best);
    }
  }

  private void measureLoads(Measured system, double full) throws IOException {
    try (Driven driven = new Driven(system)) {
      driven.send(0, warmUpNanos());
      system
          .rows
          .computeIfAbsent(ALL, load -> new ArrayList<>())
          .add(driven.send(0, sampleNanos()));
      for (int load : LOADS) {
        double rate = load == 0 ? NO_FRAMES : full * load / ALL;
        // What the backend has learned of the load before does not count.
        driven.send(rate, sampleNanos() / 10);
        system
            .rows
            .computeIfAbsent(load, each -> new ArrayList<>())
            .add(driven.send(rate, sampleNanos()));
      }
      for (int i = 0; i < bursts(); i++) {
        LockSupport.parkNanos(REST_NANOS);
        system.firstKick.add(driven.send(0, BURST_NANOS).sample());
      }
    }
  }

  private long warmUpNanos() {
    return quick ? QUICK_NANOS : WARM_UP_NANOS;
  }

  private long sampleNanos() {
    return quick ? QUICK_NANOS : SAMPLE_NANOS;
  }

  private int bursts() {
    return quick ? QUICK_BURSTS : BURSTS;
  }

  /** A started system, and a thread on the driver's processor. */
  private static final class Driven implements AutoCloseable {
    private final PacedSystem system;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    Driven(Measured measured) throws IOException {
      system = measured.start.start();
      try {
        awaitFrames();
      } catch (IOException | RuntimeException | Error e) {
        close();
        throw e;
      }
    }

    /** A backend may be ready some time after its frontends are. */
    private void awaitFrames() throws IOException {
      long end = System.nanoTime() + PacedSystem.PATIENCE_NANOS;
      while (send(0, FIRST_NANOS).sample().received() == 0) {
        if (System.nanoTime() > end) {
          throw new IOException("no frame comes");
        }
      }
    }

    /** Sends, or rests if there is nothing to send. */
    IdleRow.Measured send(double rate, long nanos) throws IOException {
      try {
        return thread.submit(() -> sendHere(rate, nanos)).get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (ExecutionException e) {
        throw new IOException(e.getCause().toString(), e.getCause());
      }
    }

    private IdleRow.Measured sendHere(double rate, long nanos) throws IOException {
      SystemCallException.check(
          Scheduling.setAffinity(DRIVER_PROCESSOR), "sched_setaffinity", DRIVER_PROCESSOR);
      ProcessLoad before = ProcessLoad.of(system.pid());
      long begin = System.nanoTime();
      PacedSample sample = system.driver().run(rate, nanos);
      long end = System.nanoTime();
      if (sample.overtaken() > 0) {
        throw new IOException(sample.overtaken() + " frames were overtaken");
      }
      ProcessLoad used = ProcessLoad.of(system.pid()).since(before);
      return new IdleRow.Measured(sample, used, end - begin);
    }

    @Override
    public void close() {
      thread.shutdown();
      system.close();
    }
  }

  /**
   * Whether a measurement has failed.
   *
   * @return true if a system has no figures, or fewer
   */
  public boolean hasFailed() {
    return failed;
  }
}
