package io.fastvif.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * Why some of many single plugs took longer than the others: each slow one is put down to what
 * makes up at least half of the time that it took longer, as Flight Recorder and the scheduler's
 * counters tell.
 */
final class SlowPlugs implements AutoCloseable {
  private static final String PLUG = "fastvif.bench.Plug";

  /** A send of the engine: {@code io.fastvif.event.BatchEvent}, whose package is not exported. */
  private static final String BATCH = "io.fastvif.Batch";

  private static final Path SCHEDULER = Path.of("/proc/thread-self/schedstat");
  private static final int WAITED = 1;
  private static final double SLOW = 1.5;
  private static final double NANOS_PER_MICRO = 1e3;

  /** What may keep a plug, in the order in which they are asked. */
  enum Cause {
    COLLECTION("garbage collection", "jdk.GCPhasePause"),
    STOP("another stop of all threads", "jdk.ExecuteVMOperation"),
    PROCESSOR("waited for a processor", null),
    EXCHANGE("the kernel took longer to answer a send", null),
    COMPILATION("a compiler was at work", "jdk.Compilation"),
    REST("none of these", null);

    private final String words;
    private final String event;

    Cause(String words, String event) {
      this.words = words;
      this.event = event;
    }
  }

  /** One of the plugs. */
  @Name(PLUG)
  static final class Plug extends Event {
    long waitedNanos;
  }

  private record Span(Instant begin, Instant end) {
    long nanos() {
      return Duration.between(begin, end).toNanos();
    }

    /** For how long both of them were. */
    long shared(Span other) {
      Instant from = begin.isAfter(other.begin) ? begin : other.begin;
      Instant to = end.isBefore(other.end) ? end : other.end;
      return Math.max(0, Duration.between(from, to).toNanos());
    }
  }

  /** A plug, and how much of its time each cause may have had. */
  record Measured(long nanos, long exchangeNanos, Map<Cause, Long> within) {}

  private final Recording recording = new Recording();

  /** Begins to record. */
  SlowPlugs() {
    for (Cause cause : Cause.values()) {
      if (cause.event != null) {
        recording.enable(cause.event).withoutStackTrace().withThreshold(Duration.ZERO);
      }
    }
    recording.enable(BATCH).withoutStackTrace().withThreshold(Duration.ZERO);
    recording.enable(Plug.class).withoutStackTrace().withThreshold(Duration.ZERO);
    recording.start();
  }

  /** A plug by the calling thread. */
  void record(Runnable plugging) throws IOException {
    long before = waited();
    Plug plug = new Plug();
    plug.begin();
    plugging.run();
    plug.end();
    plug.waitedNanos = waited() - before;
    plug.commit();
  }

  /** How long this thread could have run and had no processor. */
  private static long waited() throws IOException {
    return Files.exists(SCHEDULER)
        ? Long.parseLong(Files.readString(SCHEDULER).trim().split(" ", -1)[WAITED])
        : 0;
  }

  /** The slow ones by their causes, in words. */
  String describe() throws IOException {
    recording.stop();
    Path file = Files.createTempFile("fastvif-bench", ".jfr");
    try {
      recording.dump(file);
      return describe(measured(RecordingFile.readAllEvents(file)));
    } finally {
      Files.delete(file);
    }
  }

  private static List<Measured> measured(List<RecordedEvent> events) {
    List<RecordedEvent> plugs = of(events, PLUG);
    List<Span> exchanges = spans(of(events, BATCH));
    List<Measured> measured = new ArrayList<>();
    for (RecordedEvent event : plugs) {
      Span plug = new Span(event.getStartTime(), event.getEndTime());
      Map<Cause, Long> within = new EnumMap<>(Cause.class);
      for (Cause cause : Cause.values()) {
        if (cause.event != null) {
          within.put(cause, shared(plug, spans(of(events, cause.event))));
        }
      }
      within.put(Cause.PROCESSOR, event.getLong("waitedNanos"));
      measured.add(new Measured(plug.nanos(), shared(plug, exchanges), within));
    }
    return measured;
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }

  private static List<Span> spans(List<RecordedEvent> events) {
    return events.stream()
        .map(event -> new Span(event.getStartTime(), event.getEndTime()))
        .toList();
  }

  private static long shared(Span plug, List<Span> others) {
    return others.stream().mapToLong(plug::shared).sum();
  }

  static String describe(List<Measured> plugs) {
    long median = median(plugs, Measured::nanos);
    long exchange = median(plugs, Measured::exchangeNanos);
    Map<Cause, List<Long>> slow = new EnumMap<>(Cause.class);
    int count = 0;
    for (Measured plug : plugs) {
      if (plug.nanos > SLOW * median) {
        count++;
        slow.computeIfAbsent(cause(plug, median, exchange), cause -> new ArrayList<>())
            .add(plug.nanos);
      }
    }
    StringBuilder words = new StringBuilder();
    words.append(
        ("%d of %d single plugs of another pass, with Flight Recorder, took more than"
                + " %.1f times their median, %.0f us")
            .formatted(count, plugs.size(), SLOW, median / NANOS_PER_MICRO));
    slow.forEach(
        (cause, nanos) ->
            words.append(
                String.format(
                    Locale.ROOT,
                    "; %s: %d, at most %.0f us",
                    cause.words,
                    nanos.size(),
                    nanos.stream().max(Comparator.naturalOrder()).orElse(0L) / NANOS_PER_MICRO)));
    return words.append('.').toString();
  }

  private static Cause cause(Measured plug, long median, long exchange) {
    long longer = plug.nanos - median;
    for (Cause cause : Cause.values()) {
      long part =
          cause == Cause.EXCHANGE
              ? plug.exchangeNanos - exchange
              : plug.within.getOrDefault(cause, 0L);
      if (2 * part >= longer) {
        return cause;
      }
    }
    return Cause.REST;
  }

  private static long median(List<Measured> plugs, ToLongFunction<Measured> part) {
    long[] sorted = plugs.stream().mapToLong(part).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  @Override
  public void close() {
    recording.close();
  }
}
