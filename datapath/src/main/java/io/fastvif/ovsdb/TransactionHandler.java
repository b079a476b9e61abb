package io.fastvif.ovsdb;

/** Told what became of a transaction, on the client's thread: it must not block. */
public interface TransactionHandler {

  /** Called exactly once. */
  void completed(TransactionOutcome outcome);
}
