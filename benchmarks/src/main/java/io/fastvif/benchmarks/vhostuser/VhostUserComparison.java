package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.vhostuser.session.SocketOwner;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code fastvif bench --vhost-user}. */
public final class VhostUserComparison {
  private static final List<Integer> FRAME_LENGTHS = List.of(64, 1500);

  /** Options of DPDK's frontend for each ring layout. */
  private static final Map<String, String> LAYOUTS = layouts();

  private static final int SECONDS = 5;

  /** In the first seconds compilers work, caches fill, and the sides find each other. */
  private static final int WARM_UP_SECONDS = 3;

  private static final int START_SECONDS = 30;
  private static final long POLL_MILLIS = 100;

  private final Path folder;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Map<String, List<Measured>> dpdk = new LinkedHashMap<>();
  private final Map<String, List<Measured>> fastvif = new LinkedHashMap<>();
  private boolean failed;

  private static Map<String, String> layouts() {
    Map<String, String> layouts = new LinkedHashMap<>();
    layouts.put("split", "");
    layouts.put("packed", ",packed_vq=1");
    return layouts;
  }

  /**
   * Prepares the comparison.
   *
   * @param folder for sockets and outputs
   * @param out takes the table, as Markdown
   * @param err takes what happens
   * @throws InvalidInputException if this cannot be measured here
   */
  public VhostUserComparison(Path folder, PrintWriter out, PrintWriter err) {
    Testpmd.missing()
        .ifPresent(
            packages -> {
              throw InvalidInputException.ofValue(
                  "--vhost-user", "testpmd", "is not installed", "the Debian packages " + packages);
            });
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw InvalidInputException.ofValue(
          "--vhost-user", "1 processor", "is too few", "two processors");
    }
    this.folder = folder;
    this.out = out;
    this.err = err;
  }

  /**
   * Measures both by turns, and prints the table.
   *
   * @param rounds how often each is measured
   * @param shortFramesOnly whether the long frames are left out
   * @throws IOException if a process cannot be started
   */
  public void run(int rounds, boolean shortFramesOnly) throws IOException {
    try {
      for (int round = 0; round < rounds; round++) {
        for (Traffic traffic : Traffic.values()) {
          for (int length : shortFramesOnly ? FRAME_LENGTHS.subList(0, 1) : FRAME_LENGTHS) {
            for (Map.Entry<String, String> layout : LAYOUTS.entrySet()) {
              both(round, traffic, length, layout);
            }
          }
        }
      }
    } catch (InterruptedException e) {
      throw Child.interrupted(e);
    }
    print();
  }

  /**
   * Whether a measurement has failed.
   *
   * @return true if a row of the table lacks a figure
   */
  public boolean hasFailed() {
    return failed;
  }

  private void both(int round, Traffic traffic, int length, Map.Entry<String, String> layout)
      throws IOException, InterruptedException {
    String row = traffic.title() + " | " + length + " | " + layout.getKey();
    for (int turn = 0; turn < 2; turn++) {
      boolean ours = (round + turn) % 2 == 1;
      Measured measured = measure(ours, traffic, length, layout.getValue());
      (ours ? fastvif : dpdk).computeIfAbsent(row, key -> new ArrayList<>()).add(measured);
      err.printf(
          Locale.ROOT,
          "%s, %s: %.2f million frames a second, round trip %d and %d ns%n",
          row.replace(" | ", ", "),
          ours ? "fastvif" : "DPDK",
          measured.millions(),
          measured.before(),
          measured.after());
      err.flush();
      failed |= measured.rates().isEmpty();
    }
  }

  private Measured measure(boolean ours, Traffic traffic, int length, String options)
      throws IOException, InterruptedException {
    String socket = folder.resolve("vhost.sock").toString();
    Files.deleteIfExists(Path.of(socket));
    long before = CoreDistance.roundTripNanos(0, 1);
    List<Double> rates = List.of();
    try (AutoCloseable backend =
        ours
            ? new FastvifBackend(socket, traffic, length)
            : Testpmd.backend(folder, socket, traffic, length)) {
      if (awaitSocket(Path.of(socket), backend)) {
        try (Testpmd guest = Testpmd.frontend(folder, socket, options, traffic, length)) {
          rates = collect(guest, traffic);
        }
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
    return new Measured(rates, before, CoreDistance.roundTripNanos(0, 1));
  }

  private static boolean awaitSocket(Path socket, AutoCloseable backend)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (SocketOwner.of(socket.toString()).isEmpty()) { // its file is there before it listens
      if (System.nanoTime() > end || (backend instanceof Testpmd peer && !peer.isAlive())) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return true;
  }

  /** The rates after frames began to flow; empty if they did not. */
  private static List<Double> collect(Testpmd guest, Traffic traffic)
      throws IOException, InterruptedException {
    long end =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS + WARM_UP_SECONDS + SECONDS);
    while (System.nanoTime() < end && guest.isAlive()) {
      List<Double> flowing =
          guest.rates(traffic.rate()).stream().dropWhile(rate -> rate == 0).toList();
      if (flowing.size() >= WARM_UP_SECONDS + SECONDS) {
        return flowing.subList(WARM_UP_SECONDS, WARM_UP_SECONDS + SECONDS);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return List.of();
  }

  private void print() {
    out.printf("DPDK %s, JDK %s%n%n", Testpmd.version(), Runtime.version());
    out.println("| | bytes | ring | DPDK | fastvif | ratio | ratios of the rounds |");
    out.println("| --- | ---: | --- | ---: | ---: | ---: | --- |");
    dpdk.forEach((row, theirs) -> printRow(row, theirs, fastvif.get(row)));
    out.flush();
  }

  private void printRow(String row, List<Measured> theirs, List<Measured> ours) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < Math.min(theirs.size(), ours.size()); i++) {
      ratios.add(ours.get(i).millions() / theirs.get(i).millions());
    }
    out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.2f | %s |%n",
        row,
        Measured.median(theirs.stream().map(Measured::millions).toList()),
        Measured.median(ours.stream().map(Measured::millions).toList()),
        Measured.median(ratios),
        String.join(
            ", ", ratios.stream().map(r -> String.format(Locale.ROOT, "%.2f", r)).toList()));
  }
}
