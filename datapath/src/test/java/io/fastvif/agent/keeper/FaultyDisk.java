package io.fastvif.agent.keeper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The real disk, which loses power after a number of steps: from then on nothing is done any more,
 * and what was not synced is lost, in the worst way. Or it refuses single steps.
 */
final class FaultyDisk implements StoreDisk {
  private final StoreDisk disk = StoreDisk.real();

  /** How much of each file that was written to is on the disk. */
  private final Map<Path, Long> synced = new HashMap<>();

  private final Deque<Undo> unsyncedNames = new ArrayDeque<>();
  private final int lastStep;
  private final boolean losesNames;
  private int steps;
  private boolean isOff;
  private volatile Refusal refusal = (step, file) -> {};

  private interface Undo {
    void run() throws IOException;
  }

  /** Says which step fails. */
  interface Refusal {
    /** Throws if it does. */
    void check(String step, Path file) throws IOException;
  }

  /** The power is off. */
  static final class PowerLoss extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private FaultyDisk(int lastStep, boolean losesNames) {
    this.lastStep = lastStep;
    this.losesNames = losesNames;
  }

  /** Loses power after that many steps; with it also names that were not synced, if it does. */
  static FaultyDisk losingPower(int lastStep, boolean losesNames) {
    return new FaultyDisk(lastStep, losesNames);
  }

  /** Never loses power. */
  static FaultyDisk refusing() {
    return new FaultyDisk(Integer.MAX_VALUE, false);
  }

  /** Has steps refused from now on. */
  void refuse(Refusal which) {
    refusal = which;
  }

  synchronized int steps() {
    return steps;
  }

  private void step(String step, Path file) throws IOException {
    refusal.check(step, file);
    if (isOff || ++steps > lastStep) {
      losePower();
      throw new PowerLoss();
    }
  }

  private void losePower() throws IOException {
    if (isOff) {
      return;
    }
    isOff = true;
    while (losesNames && !unsyncedNames.isEmpty()) {
      unsyncedNames.pop().run();
    }
    for (Map.Entry<Path, Long> one : synced.entrySet()) {
      if (Files.exists(one.getKey())) {
        byte[] whole = Files.readAllBytes(one.getKey());
        int kept = (int) Math.min(whole.length, (one.getValue() + whole.length) / 2);
        Files.write(one.getKey(), Arrays.copyOf(whole, kept));
      }
    }
  }

  private static byte[] contents(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllBytes(file) : null;
  }

  private static void restore(Path file, byte[] contents) throws IOException {
    if (contents == null) {
      Files.deleteIfExists(file);
    } else {
      Files.write(file, contents);
    }
  }

  @Override
  public synchronized void append(Path file, byte[] bytes) throws IOException {
    step("append", file);
    synced.putIfAbsent(file, Files.exists(file) ? Files.size(file) : 0);
    disk.append(file, bytes);
  }

  @Override
  public synchronized void truncate(Path file, long size) throws IOException {
    step("truncate", file);
    disk.truncate(file, size);
  }

  @Override
  public synchronized void sync(Path file) throws IOException {
    step("sync", file);
    disk.sync(file);
    synced.put(file, Files.size(file));
  }

  @Override
  public synchronized void write(Path file, byte[] bytes) throws IOException {
    step("write", file);
    disk.write(file, bytes);
    synced.put(file, 0L);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    step("rename", to);
    byte[] moved = contents(from);
    byte[] replaced = contents(to);
    Long before = synced.get(to);
    disk.rename(from, to);
    Long now = synced.remove(from);
    synced.put(to, now == null ? Files.size(to) : now);
    unsyncedNames.push(
        () -> {
          restore(from, moved);
          restore(to, replaced);
          synced.put(to, before == null ? 0 : before);
        });
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    step("delete", file);
    byte[] deleted = contents(file);
    disk.delete(file);
    unsyncedNames.push(() -> restore(file, deleted));
  }

  @Override
  public synchronized void syncFolder(Path folder) throws IOException {
    step("syncFolder", folder);
    disk.syncFolder(folder);
    unsyncedNames.clear();
  }

  @Override
  public synchronized void close() throws IOException {
    disk.close();
  }
}
