package io.fastvif.ovsdb;

import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedExchange;
import io.fastvif.trace.Tracer;
import java.nio.charset.StandardCharsets;

/** Tells a tracer of a transaction and its answer, before who asked for it is told. */
final class TracedTransaction implements TransactionHandler {
  private final Tracer tracer;
  private final TransactionHandler handler;
  private final String request;
  private final long start = System.nanoTime();

  /**
   * @param parameters of the method {@code transact}, as JSON
   */
  TracedTransaction(Tracer tracer, byte[] parameters, TransactionHandler handler) {
    this.tracer = tracer;
    this.handler = handler;
    request = "transact " + new String(parameters, StandardCharsets.UTF_8);
  }

  @Override
  public void completed(TransactionOutcome outcome) {
    String answer =
        switch (outcome.kind()) {
          case COMMITTED -> "committed";
          case REFUSED ->
              outcome.failedOperation() < 0
                  ? "refused: " + outcome.message()
                  : "refused: operation " + outcome.failedOperation() + ": " + outcome.message();
          case NOT_SENT -> "not sent: " + outcome.message();
          case UNKNOWN -> "unknown: " + outcome.message();
        };
    boolean failed = outcome.kind() != TransactionOutcome.Kind.COMMITTED;
    long nanos = System.nanoTime() - start;
    tracer.traced(
        new TracedExchange(Protocol.OVSDB, start, nanos, 1, null, null, request, answer, failed));
    handler.completed(outcome);
  }
}
