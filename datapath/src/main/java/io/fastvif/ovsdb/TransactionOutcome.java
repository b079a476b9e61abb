package io.fastvif.ovsdb;

import java.util.List;
import java.util.Map;

/**
 * What became of a transaction.
 *
 * @param kind what is known of it
 * @param failedOperation the operation that failed; -1 if none did, or if the transaction as a
 *     whole broke a constraint of the database
 * @param error the database's word for the error, or what happened to the connection; empty if it
 *     was committed
 * @param details more about the error; may be empty
 */
public record TransactionOutcome(Kind kind, int failedOperation, String error, String details) {

  /** What is known of a transaction. */
  public enum Kind {
    /** The database has it. */
    COMMITTED,
    /** The database refused it: nothing of it was done. */
    REFUSED,
    /** It did not get to the database: nothing of it was done. */
    NOT_SENT,
    /** It was sent, and no answer came. The monitored rows tell once they were read anew. */
    UNKNOWN
  }

  static TransactionOutcome committed() {
    return new TransactionOutcome(Kind.COMMITTED, -1, "", "");
  }

  static TransactionOutcome lost(boolean sent, String problem) {
    return new TransactionOutcome(sent ? Kind.UNKNOWN : Kind.NOT_SENT, -1, problem, "");
  }

  /** One line for people. */
  public String message() {
    return details.isEmpty() ? error : error + ": " + details;
  }

  /**
   * Reads the answer to transact.
   *
   * @param operations how many operations there were: an element behind theirs is about the whole
   */
  static TransactionOutcome read(Object result, int operations) {
    if (!(result instanceof List<?> results)) {
      throw new OvsdbProtocolException("an answer to transact that is not an array");
    }
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) instanceof Map<?, ?> one && one.get("error") != null) {
        Object details = one.get("details");
        return new TransactionOutcome(
            Kind.REFUSED,
            i < operations ? i : -1,
            one.get("error").toString(),
            details == null ? "" : details.toString());
      }
    }
    return committed();
  }
}
