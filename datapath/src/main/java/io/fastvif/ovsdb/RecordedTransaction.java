package io.fastvif.ovsdb;

import io.fastvif.event.OvsdbTransactionEvent;

/** Gives a transaction and its outcome to Flight Recorder, before who asked for it is told. */
final class RecordedTransaction implements TransactionHandler {
  private final OvsdbTransactionEvent event = new OvsdbTransactionEvent();
  private final TransactionHandler handler;

  RecordedTransaction(String namespace, int operations, TransactionHandler handler) {
    this.handler = handler;
    event.namespace = namespace == null ? "" : namespace;
    event.operations = operations;
    event.begin();
  }

  @Override
  public void completed(TransactionOutcome outcome) {
    event.outcome = outcome.kind().name();
    event.error = outcome.message();
    event.commit();
    handler.completed(outcome);
  }
}
