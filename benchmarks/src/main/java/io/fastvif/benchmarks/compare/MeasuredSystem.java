package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Something that plugs VIFs. */
interface MeasuredSystem {

  /** Its name in the report and on the command line. */
  String name();

  /** The Debian packages to install because something is missing; empty if nothing is. */
  Optional<String> missing();

  /** Its version, for the report. */
  String version();

  /** Whether it can be asked how long single VIFs take. */
  default boolean reportsLatency() {
    return true;
  }

  /**
   * Gets ready to work in a namespace: starts what has to be started, reads what has to be read.
   *
   * @param namespace where the VIFs' bridges are
   * @param vifs all that the operations will be about
   * @param limits how long an operation may take
   * @throws IOException if it cannot be started, or its program not be built
   */
  Session open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException;

  /** A system that is ready. Not thread-safe. */
  interface Session extends AutoCloseable {

    /**
     * Plugs the VIFs from the number {@code from} to below {@code to}.
     *
     * @return the nanoseconds it took
     * @throws IOException if it failed
     * @throws TimeLimitException if it took longer than it may
     */
    long plug(int from, int to) throws IOException;

    /** Unplugs them, like {@link #plug}. */
    long unplug(int from, int to) throws IOException;

    /**
     * Plugs them one by one, one each interval; one that is late does not make the next later than
     * it must.
     *
     * @return the nanoseconds that each took from its beginning
     */
    long[] latencies(int from, int to, long intervalNanos) throws IOException;

    @Override
    void close();
  }
}
