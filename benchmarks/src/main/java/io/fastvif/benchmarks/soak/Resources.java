package io.fastvif.benchmarks.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the process holds at one moment.
 *
 * @param descriptors open descriptors by what they lead to
 * @param threads threads by name, digits left out
 * @param heapBytes in use after a collection
 * @param residentBytes of the whole process
 * @param jvmBytes of these at most, the heap and the JVM's own code and classes
 */
record Resources(
    Map<String, Integer> descriptors,
    Map<String, Integer> threads,
    long heapBytes,
    long residentBytes,
    long jvmBytes) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final int BYTES_PER_KIB = 1024;

  /** What the soak and the engine open; the JVM opens others as it likes. */
  static final String[] DESCRIPTOR_KINDS = {"socket:", "net:", "/dev/net/tun", "anon_inode:"};

  /** Reads it, after a collection. */
  static Resources read() {
    System.gc();
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long jvm =
        memory.getHeapMemoryUsage().getCommitted() + memory.getNonHeapMemoryUsage().getUsed();
    long heap = memory.getHeapMemoryUsage().getUsed();
    return new Resources(readDescriptors(), readThreads(), heap, readResidentBytes(), jvm);
  }

  private static Map<String, Integer> readDescriptors() {
    Map<String, Integer> counts = new TreeMap<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path each : open) {
        count(counts, kind(each));
      }
      return counts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String kind(Path descriptor) throws IOException {
    String target;
    try {
      target = Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException closedMeanwhile) {
      return "other";
    }
    for (String kind : DESCRIPTOR_KINDS) {
      if (target.startsWith(kind)) {
        return kind;
      }
    }
    return "other";
  }

  private static Map<String, Integer> readThreads() {
    Map<String, Integer> counts = new TreeMap<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      count(counts, thread.getName().replaceAll("[0-9]+", ""));
    }
    return counts;
  }

  private static void count(Map<String, Integer> counts, String key) {
    counts.merge(key, 1, Integer::sum);
  }

  private static long readResidentBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * BYTES_PER_KIB;
        }
      }
      throw new IllegalStateException("/proc/self/status has no VmRSS");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
