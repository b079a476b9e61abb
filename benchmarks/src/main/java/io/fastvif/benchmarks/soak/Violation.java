package io.fastvif.benchmarks.soak;

import java.util.List;

/**
 * Something that must not be.
 *
 * @param rule which invariant is broken
 * @param subject what it is about
 * @param expected what should be
 * @param found what is
 * @param trace what was done to the VIF concerned, the oldest first; empty if none is
 */
record Violation(Rule rule, String subject, String expected, String found, List<String> trace) {

  /** The invariants. */
  enum Rule {
    /** What the kernel has is what was acknowledged. */
    ACKNOWLEDGED_STATE,
    /** An operation ends as the VIF's state makes it end. */
    OUTCOME,
    /** Every operation is answered exactly once. */
    ANSWERED_ONCE,
    /** No device is there that nobody asked for. */
    DEVICES,
    /** No link is in an interface group but its own. */
    GROUPS,
    /** No descriptor stays open. */
    DESCRIPTORS,
    /** No thread stays. */
    THREADS,
    /** The heap in use after a collection does not grow. */
    HEAP,
    /** The process's memory outside the heap does not grow. */
    NATIVE_MEMORY,
    /** A subscriber that lost events knows the links again after a fresh dump. */
    EVENTS,
    /** The engine and its callers throw nothing unexpected and end when told. */
    ENGINE
  }

  static Violation of(Rule rule, String subject, Object expected, Object found) {
    return new Violation(rule, subject, "" + expected, "" + found, List.of());
  }

  static Violation of(Rule rule, SoakVif vif, Object expected, Object found) {
    return new Violation(rule, vif.toString(), "" + expected, "" + found, vif.trace().lines());
  }

  /** All of it, in lines. */
  String text() {
    StringBuilder text = new StringBuilder("violation of ").append(rule).append(": ");
    text.append(subject).append("\n  expected: ").append(expected);
    text.append("\n  found:    ").append(found);
    if (!trace.isEmpty()) {
      text.append("\n  what was done to it, the oldest first:");
      trace.forEach(line -> text.append("\n  ").append(line));
    }
    return text.toString();
  }
}
