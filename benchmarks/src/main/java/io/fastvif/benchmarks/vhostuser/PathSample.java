package io.fastvif.benchmarks.vhostuser;

/**
 * What passed in one sample.
 *
 * @param arrived frames at the other end
 * @param nanos in this time
 * @param processorNanos processor time that all threads of the backend took in it
 * @param sent frames that were sent in this time and around it, until nothing moved any more
 * @param received those of them that arrived
 */
record PathSample(long arrived, long nanos, long processorNanos, long sent, long received) {
  private static final double NANOS_PER_MILLI = 1e6;

  /** As path-guests prints it. */
  static PathSample parse(String line) {
    String[] words = line.strip().split(" ", -1);
    if (words.length != 5) {
      throw new IllegalArgumentException("expected five numbers: " + line);
    }
    return new PathSample(
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]));
  }

  /** Thousand frames a second. */
  double rate() {
    return arrived * NANOS_PER_MILLI / nanos;
  }

  /** Nanoseconds of the backend's processor time for a frame that arrived. */
  double cost() {
    return (double) processorNanos / arrived;
  }

  /** Frames that did not arrive. */
  long lost() {
    return Math.max(0, sent - received);
  }
}
