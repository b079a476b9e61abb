package io.fastvif.agent.keeper;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Something to be done to what the disk has of a VIF. */
sealed interface StoreChange {
  /** Completes when it would outlive a loss of power. */
  CompletableFuture<Void> done();

  /** What is added to the log for it. */
  byte[] bytes();

  /** Does it to what the disk has, by the VIFs' ids. */
  void apply(Map<String, StoredVif> vifs);

  /**
   * A declaration, in the place of the one before.
   *
   * @param written completes when a process that begins now would find it, if no power is lost
   */
  record Put(Declaration declaration, CompletableFuture<Void> written, CompletableFuture<Void> done)
      implements StoreChange {
    Put(Declaration declaration) {
      this(declaration, new CompletableFuture<>(), new CompletableFuture<>());
    }

    @Override
    public byte[] bytes() {
      return LogRecord.of(LogRecord.Kind.PUT, declaration.bytes());
    }

    @Override
    public void apply(Map<String, StoredVif> vifs) {
      vifs.put(declaration.id(), new StoredVif(declaration, false));
    }
  }

  /** A VIF to be marked as one to unplug. */
  record Mark(String id, CompletableFuture<Void> done) implements StoreChange {
    Mark(String id) {
      this(id, new CompletableFuture<>());
    }

    @Override
    public byte[] bytes() {
      return LogRecord.of(LogRecord.Kind.MARK, id);
    }

    @Override
    public void apply(Map<String, StoredVif> vifs) {
      vifs.computeIfPresent(id, (key, vif) -> new StoredVif(vif.declaration(), true));
    }
  }

  /** A VIF to be forgotten. */
  record Remove(String id, CompletableFuture<Void> done) implements StoreChange {
    Remove(String id) {
      this(id, new CompletableFuture<>());
    }

    @Override
    public byte[] bytes() {
      return LogRecord.of(LogRecord.Kind.REMOVE, id);
    }

    @Override
    public void apply(Map<String, StoredVif> vifs) {
      vifs.remove(id);
    }
  }

  /** The store's end. */
  record End(CompletableFuture<Void> done) implements StoreChange {
    End() {
      this(new CompletableFuture<>());
    }

    @Override
    public byte[] bytes() {
      return new byte[0];
    }

    @Override
    public void apply(Map<String, StoredVif> vifs) {}
  }
}
