package io.fastvif.benchmarks.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process holds at a moment and has used since its start, as the kernel counts it (proc(5)).
 *
 * @param residentKib VmRSS
 * @param ownKib RssAnon: the part of it that no other process can share
 * @param threads that it has
 * @param descriptors that are open
 * @param switches context switches of all threads that it has now, voluntary or not: how often they
 *     were woken, and how often others took their place
 * @param processorMillis of all threads that it ever had, in its own code and in the kernel's; in
 *     steps of 10
 */
public record ProcessCost(
    long residentKib,
    long ownKib,
    long threads,
    long descriptors,
    long switches,
    long processorMillis) {
  /** USER_HZ, in which proc(5) counts whatever the kernel's own clock is. */
  private static final long MILLIS_PER_TICK = 10;

  /** Of the fields behind the program's name in parentheses. */
  private static final int USER_TIME = 11;

  private static final int SYSTEM_TIME = 12;

  /**
   * Reads it.
   *
   * @throws IOException if the process has ended
   */
  public static ProcessCost of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    List<String> status = Files.readAllLines(process.resolve("status"));
    return new ProcessCost(
        field(status, "VmRSS:"),
        field(status, "RssAnon:"),
        field(status, "Threads:"),
        descriptors(process.resolve("fd")),
        switches(process.resolve("task")),
        processorMillis(Files.readString(process.resolve("stat"))));
  }

  /** What a stat file says of user and system time. */
  static long processorMillis(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
        * MILLIS_PER_TICK;
  }

  private static long descriptors(Path folder) throws IOException {
    long count = 0;
    try (DirectoryStream<Path> open = Files.newDirectoryStream(folder)) {
      for (Path unused : open) {
        count++;
      }
    }
    return count;
  }

  private static long switches(Path tasks) throws IOException {
    long switches = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        try {
          List<String> status = Files.readAllLines(thread.resolve("status"));
          switches += field(status, "voluntary_ctxt_switches:");
          switches += field(status, "nonvoluntary_ctxt_switches:");
        } catch (NoSuchFileException ended) {
          // so it is not one of those that it has
        }
      }
    }
    return switches;
  }

  /** The number in a line of a status file. */
  static long field(List<String> status, String name) {
    for (String line : status) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).replaceAll("[^0-9]", ""));
      }
    }
    throw new IllegalArgumentException("no field " + name);
  }
}
