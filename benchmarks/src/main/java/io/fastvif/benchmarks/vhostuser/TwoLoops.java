package io.fastvif.benchmarks.vhostuser;

import io.fastvif.forward.Forwarder;
import io.fastvif.forward.FrameHandlerPort;
import io.fastvif.forward.Idle;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * What a guest with two queue pairs has of two loops, on a processor each. Each loop has a driver
 * of its queue pair in its own thread, as on one core, so that the processors have nothing else to
 * do.
 */
final class TwoLoops {
  static final String TITLE =
      """
      Two loops for one guest with two queue pairs: millions of frames a second that each loop could \
      move by the time its backend took for a full ring, median, one loop alone and both at once; \
      what both have of one by that, and by the clock with the drivers' time and waits for a \
      processor, median (quartiles)

      | | bytes | ring | alone | first | second | of one | of one by the clock |
      | --- | ---: | --- | ---: | ---: | ---: | --- | --- |
      """;

  private static final int QUEUE_PAIRS = 2;
  private static final int TURNS = 2_000;
  private static final int WARM_UP_SAMPLES = 50;
  private static final double NANOS_TO_MILLIONS = 1e3;

  private final Programs programs;
  private final Path folder;
  private final int samples;
  private final int warmUpSamples;

  /**
   * @param samples how many to take
   * @param warm whether the compiler is to have time first
   */
  TwoLoops(Programs programs, Path folder, int samples, boolean warm) {
    this.programs = programs;
    this.folder = folder;
    this.samples = samples;
    warmUpSamples = warm ? WARM_UP_SAMPLES : 1;
  }

  /** Measures one loop and both by turns; a row of the table. */
  String measure(Row row) throws IOException, InterruptedException {
    List<Double> alone = new ArrayList<>();
    List<Double> first = new ArrayList<>();
    List<Double> second = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    List<Double> byTheClock = new ArrayList<>();
    try (Guest guest = new Guest(QUEUE_PAIRS);
        GuestDevice driver = new GuestDevice(programs.guestDevice(), guest, 0, row);
        GuestDevice other = new GuestDevice(programs.guestDevice(), guest, 1, row);
        Loops loops = new Loops(folder, guest, row, List.of(driver, other))) {
      for (int i = 0; i < warmUpSamples; i++) {
        loops.both();
      }
      for (int i = 0; i < samples; i++) {
        // Either loop alone: the processors need not be alike.
        long begin = System.nanoTime();
        double one = loops.alone(i % QUEUE_PAIRS);
        long middle = System.nanoTime();
        List<Double> both = loops.both();
        long end = System.nanoTime();
        byTheClock.add((double) QUEUE_PAIRS * (middle - begin) / (end - middle));
        alone.add(one);
        first.add(both.get(0));
        second.add(both.get(1));
        ratios.add((both.get(0) + both.get(1)) / one);
      }
    }
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.1f | %s | %s |",
        row,
        Quartiles.of(alone).median(),
        Quartiles.of(first).median(),
        Quartiles.of(second).median(),
        Quartiles.of(ratios),
        Quartiles.of(byTheClock));
  }

  /** The backend: a port with two queue pairs that sends back what it gets, and the drivers. */
  private static final class Loops implements AutoCloseable {
    private final List<Turns> turns = new ArrayList<>();
    private final List<FrameHandlerPort> pacers = new ArrayList<>();
    private final Forwarder forwarder = Forwarder.startOn(new int[] {0, 1}, Idle.BUSY_SPIN);
    private final SessionLoop sessions = SessionLoop.start();
    private final VhostUserBackend backend;

    Loops(Path folder, Guest memory, Row row, List<GuestDevice> drivers)
        throws InterruptedException {
      VhostUserPort guest = VhostUserPort.toGuest("guest", QUEUE_PAIRS);
      List<PortPair> pairs = new ArrayList<>(List.of(forwarder.connect(guest, guest)));
      for (int i = 0; i < QUEUE_PAIRS; i++) {
        turns.add(new Turns(drivers.get(i)));
        pacers.add(FrameHandlerPort.of("pacer" + i, 1, turns.get(i)));
        pairs.add(forwarder.connect(VhostUserPort.toHandler("beside" + i, 1), pacers.get(i)));
      }
      List<Integer> places = pairs.stream().flatMap(pair -> pair.loops().stream()).toList();
      if (!places.equals(List.of(0, 1, 0, 1))) {
        throw new IllegalStateException("queues and their drivers are at the loops " + places);
      }
      String socket = folder.resolve("two-loops.sock").toString();
      backend =
          VhostUserBackend.listen(
              sessions,
              ListenOptions.of(socket),
              BackendOptions.of(guest.features(), QUEUE_PAIRS),
              guest,
              BackendObserver.NONE);
      memory.connect(socket, row.packed());
      for (Turns each : turns) {
        each.start();
      }
    }

    /** Millions of frames a second of one loop, while the other one waits. */
    double alone(int loop) throws InterruptedException {
      return Guest.RING_SIZE / turns.get(loop).turns(TURNS) * NANOS_TO_MILLIONS;
    }

    /** Of each loop, both at once. */
    List<Double> both() throws InterruptedException {
      CompletableFuture<Double> other =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return alone(1);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      double first = alone(0);
      return List.of(first, other.join());
    }

    @Override
    public void close() {
      turns.forEach(Turns::end);
      backend.close();
      sessions.close();
      forwarder.close();
      pacers.forEach(FrameHandlerPort::close);
    }
  }
}
