package io.fastvif.trace;

/**
 * Told of each exchange when its answer has come. Called by the threads that exchange, several at a
 * time, which wait for it; it must not throw.
 */
@FunctionalInterface
public interface Tracer {

  /** A request was answered, or given up. */
  void traced(TracedExchange exchange);

  /** The same, for exchanges in that network namespace. */
  default Tracer in(String namespace) {
    return namespace == null ? this : exchange -> traced(exchange.in(namespace));
  }

  /** The same, for exchanges for that VIF. */
  default Tracer forVif(String vifId) {
    return exchange -> traced(exchange.of(vifId));
  }
}
