package io.fastvif.agent.keeper;

import io.fastvif.trace.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Keeps on disk what was declared, in a log. One thread takes all changes that wait, adds them to
 * the log together, and syncs it once. A change is complete when it would outlive a loss of power.
 *
 * <p>What was added and is not synced yet outlives the process, as what is plugged at the same time
 * does; neither outlives a loss of power. So the next agent knows of every plug that was begun,
 * although nobody has waited for the disk.
 */
final class VifStore implements AutoCloseable {
  private static final int MAX_BATCH = 1024;
  private static final long CLOSE_SECONDS = 10;

  private final VifLog log;
  private final KeeperCounters counters;
  private List<StoredVif> stored;
  private final LinkedBlockingQueue<StoreChange> changes = new LinkedBlockingQueue<>();
  private final Thread writer = new Thread(this::run, "fastvif-store");
  private boolean closed;
  private volatile String problem = "";

  private VifStore(VifLog log, KeeperCounters counters) {
    this.log = log;
    this.counters = counters;
    stored = List.copyOf(log.vifs().values());
    writer.setDaemon(true);
  }

  /**
   * Opens the store in a folder.
   *
   * @throws io.fastvif.bindings.HeldException if another agent has it
   * @throws IOException if it cannot be made, read or written
   */
  static VifStore open(Path state, StoreDisk disk, KeeperCounters counters) throws IOException {
    VifStore store = new VifStore(VifLog.open(state, disk), counters);
    store.writer.start();
    return store;
  }

  /** What was found when it was opened; once. */
  List<StoredVif> takeStored() {
    List<StoredVif> found = stored;
    stored = List.of();
    return found;
  }

  /** One sentence for each part that could not be read. */
  List<String> unreadable() {
    return log.unreadable();
  }

  /** Writes a declaration, in the place of what there is of its VIF. */
  StoreChange.Put put(Declaration declaration) {
    StoreChange.Put put = new StoreChange.Put(declaration);
    add(put);
    return put;
  }

  /** Marks a VIF of which there is a declaration as one to unplug. */
  CompletableFuture<Void> mark(String vifId) {
    StoreChange.Mark mark = new StoreChange.Mark(vifId);
    add(mark);
    return mark.done();
  }

  /** Removes a VIF. */
  CompletableFuture<Void> remove(String vifId) {
    StoreChange.Remove remove = new StoreChange.Remove(vifId);
    add(remove);
    return remove.done();
  }

  private void add(StoreChange change) {
    synchronized (changes) {
      if (closed) {
        fail(change, new UnwrittenException(new IOException("the store is closed")));
      } else {
        changes.add(change);
      }
    }
  }

  private void fail(StoreChange change, Throwable reason) {
    problem = "the last of what was to be kept could not be: " + StoreFailure.words(reason);
    if (change instanceof StoreChange.Put put) {
      put.written().completeExceptionally(reason);
    }
    change.done().completeExceptionally(reason);
  }

  private void run() {
    List<StoreChange> batch = new ArrayList<>();
    boolean isEnded = false;
    while (!isEnded) {
      take(batch);
      isEnded = batch.removeIf(change -> change instanceof StoreChange.End);
      if (!batch.isEmpty()) {
        long begin = System.nanoTime();
        perform(batch);
        counters.synced(System.nanoTime() - begin, batch.size());
        batch.clear();
      }
    }
  }

  private void take(List<StoreChange> batch) {
    try {
      batch.add(changes.take());
      changes.drainTo(batch, MAX_BATCH - 1);
    } catch (InterruptedException nobodys) {
      // the store's thread ends with the store
    }
  }

  private void perform(List<StoreChange> batch) {
    try {
      write(batch);
    } catch (RuntimeException | Error broken) {
      Log.warning(VifStore.class, "an error of fastvif's own in the store: " + broken, broken);
      log.goBack();
      batch.forEach(change -> fail(change, broken));
    }
  }

  /** Why nothing could be written the last time that something was to be; empty if it could. */
  String problem() {
    return problem;
  }

  private void write(List<StoreChange> batch) {
    try {
      log.prepare();
    } catch (IOException refused) {
      batch.forEach(change -> fail(change, new UnwrittenException(refused)));
      return;
    }
    List<StoreChange> added = append(batch) ? batch : appendEach(batch);
    if (added.isEmpty()) {
      return;
    }
    for (StoreChange change : added) {
      if (change instanceof StoreChange.Put put) {
        put.written().complete(null);
      }
    }
    try {
      log.sync();
    } catch (IOException unknown) {
      boolean isUntouched = log.goBack();
      Throwable reason = isUntouched ? new UnwrittenException(unknown) : unknown;
      added.forEach(change -> fail(change, reason));
      return;
    }
    added.forEach(change -> change.apply(log.vifs()));
    if (added.size() == batch.size()) {
      problem = "";
    }
    added.forEach(change -> change.done().complete(null));
  }

  private boolean append(List<StoreChange> batch) {
    ByteArrayOutputStream together = new ByteArrayOutputStream();
    batch.forEach(change -> together.writeBytes(change.bytes()));
    try {
      log.append(together.toByteArray(), false);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  /** What there is no room for together there may be for one by one. */
  private List<StoreChange> appendEach(List<StoreChange> batch) {
    List<StoreChange> added = new ArrayList<>();
    for (StoreChange change : batch) {
      try {
        log.append(change.bytes(), !(change instanceof StoreChange.Put));
        added.add(change);
      } catch (IOException refused) {
        fail(change, new UnwrittenException(refused));
      }
    }
    return added;
  }

  /** Writes what waits, and leaves the folder to another agent. */
  @Override
  public void close() {
    synchronized (changes) {
      if (closed) {
        return;
      }
      closed = true;
      changes.add(new StoreChange.End());
    }
    try {
      writer.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
      log.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (IOException failed) {
      Log.warning(VifStore.class, "the state folder: " + failed.getMessage());
    }
  }
}
