package io.fastvif.agent.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What this process takes of the host: read from {@code /proc} and the Java runtime itself, which
 * costs no classes, memory or threads of a management interface.
 *
 * @param residentBytes memory in RAM
 * @param virtualBytes address space
 * @param threads of the kernel, those of the Java runtime included
 * @param descriptors open files, sockets and so on
 * @param maxDescriptors how many it may open; -1 for no limit
 * @param cpuSeconds processor time, of all threads, in user and kernel mode
 * @param heapUsed bytes of the heap, what is garbage already included
 * @param heapCommitted bytes of the heap that the runtime holds
 * @param heapMax bytes that it may grow to
 * @see <a href="https://man7.org/linux/man-pages/man5/proc.5.html">proc(5)</a>
 */
record ProcessReading(
    long residentBytes,
    long virtualBytes,
    long threads,
    long descriptors,
    long maxDescriptors,
    double cpuSeconds,
    long heapUsed,
    long heapCommitted,
    long heapMax) {
  private static final Path SELF = Path.of("/proc/self");
  private static final long KIB = 1024;

  /** USER_HZ, which the kernel shows processor time in, is 100 on every architecture of ours. */
  private static final double TICKS_PER_SECOND = 100;

  /** The words of {@code stat} behind the name of the program, which may have spaces in it. */
  private static final int USER_TICKS = 11;

  private static final int KERNEL_TICKS = 12;

  private static final String LIMIT = "Max open files";

  /** Reads them now. */
  static ProcessReading take() throws IOException {
    return take(SELF, Runtime.getRuntime());
  }

  /** As {@link #take()}, from another folder. */
  static ProcessReading take(Path process, Runtime runtime) throws IOException {
    Map<String, String> status = new HashMap<>();
    for (String line : Files.readAllLines(process.resolve("status"))) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        status.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    long committed = runtime.totalMemory();
    return new ProcessReading(
        first(status.get("VmRSS")) * KIB,
        first(status.get("VmSize")) * KIB,
        first(status.get("Threads")),
        descriptors(process.resolve("fd")),
        maxDescriptors(process.resolve("limits")),
        cpuSeconds(Files.readString(process.resolve("stat"))),
        committed - runtime.freeMemory(),
        committed,
        runtime.maxMemory());
  }

  private static long first(String words) throws IOException {
    if (words == null) {
      throw new IOException("/proc/self/status lacks a line");
    }
    return Long.parseLong(words.split("\\s", 2)[0]);
  }

  /** The listing itself has one open, which is not counted. */
  private static long descriptors(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return Math.max(0, all.count() - 1);
    }
  }

  private static long maxDescriptors(Path limits) throws IOException {
    for (String line : Files.readAllLines(limits)) {
      if (line.startsWith(LIMIT)) {
        String soft = line.substring(LIMIT.length()).strip().split("\\s+", 2)[0];
        return soft.equals("unlimited") ? -1 : Long.parseLong(soft);
      }
    }
    throw new IOException(limits + " lacks \"" + LIMIT + "\"");
  }

  private static double cpuSeconds(String stat) {
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(words[USER_TICKS]) + Long.parseLong(words[KERNEL_TICKS]);
    return ticks / TICKS_PER_SECOND;
  }
}
