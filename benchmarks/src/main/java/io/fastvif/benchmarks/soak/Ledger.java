package io.fastvif.benchmarks.soak;

import io.fastvif.bindings.Errno;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugFailure;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts operations: what was accepted must be answered, each once. */
final class Ledger {
  private final Violations violations;
  private final Latencies latencies;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final Map<OperationKind, LongAdder> byKind = new EnumMap<>(OperationKind.class);
  private final Map<Outcome, LongAdder> byOutcome = new EnumMap<>(Outcome.class);
  private final CallFaults faults = new CallFaults();
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

  Ledger(Violations violations, Latencies latencies) {
    this.violations = violations;
    this.latencies = latencies;
    for (OperationKind kind : OperationKind.values()) {
      byKind.put(kind, new LongAdder());
    }
    for (Outcome outcome : Outcome.values()) {
      byOutcome.put(outcome, new LongAdder());
    }
  }

  /** The system calls that are made to fail. */
  CallFaults faults() {
    return faults;
  }

  void accepted() {
    accepted.increment();
  }

  void refused() {
    accepted.decrement();
  }

  void cancelled() {
    cancelled.increment();
  }

  void answered(SoakOperation operation, long nanos) {
    byKind.get(operation.kind()).increment();
    byOutcome.get(operation.outcome()).increment();
    PlugFailure failure = operation.failure();
    if (failure != null) {
      String cause = failure.errno() == 0 ? failure.step() : Errno.name(failure.errno());
      failures.computeIfAbsent(operation.kind() + ", " + cause, key -> new LongAdder()).increment();
    }
    latencies.record(operation.kind().latencyClass(), nanos);
    answered.increment();
  }

  void answeredAgain(SoakOperation operation, Outcome again) {
    violations.add(
        Violation.of(
            Violation.Rule.ANSWERED_ONCE, operation.vif(), operation, "answered again: " + again));
  }

  /** How many operations were answered, or cancelled by their callers. */
  long ended() {
    return answered.sum() + cancelled.sum();
  }

  long cancellations() {
    return cancelled.sum();
  }

  /** Checks, while nobody submits, that all that was accepted has ended. */
  void checkAllAnswered() {
    long all = accepted.sum();
    if (all != ended()) {
      violations.add(
          Violation.of(
              Violation.Rule.ANSWERED_ONCE,
              "operations",
              all + " answered",
              ended() + " answered or cancelled"));
    }
  }

  long count(OperationKind kind) {
    return byKind.get(kind).sum();
  }

  long count(Outcome outcome) {
    return byOutcome.get(outcome).sum();
  }

  /** How many operations failed, by what they were and what the kernel said. */
  Map<String, Long> failures() {
    Map<String, Long> sums = new TreeMap<>();
    failures.forEach((cause, count) -> sums.put(cause, count.sum()));
    return sums;
  }
}
