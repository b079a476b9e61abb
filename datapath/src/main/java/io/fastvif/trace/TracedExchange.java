package io.fastvif.trace;

/**
 * A request and what was answered to it.
 *
 * @param protocol what it was spoken in
 * @param start when the request was sent or received, as {@link System#nanoTime()}
 * @param nanos from then to the answer
 * @param together how many requests went in the same send; the time is then that of all of them
 * @param namespace the network namespace's name or path; null if it is not known
 * @param vifId the VIF that it was for; null for none or several
 * @param request decoded, in one line
 * @param answer decoded, in one line
 * @param failed whether the answer is a refusal, or there was none
 */
public record TracedExchange(
    Protocol protocol,
    long start,
    long nanos,
    int together,
    String namespace,
    String vifId,
    String request,
    String answer,
    boolean failed) {

  TracedExchange in(String name) {
    return namespace != null
        ? this
        : new TracedExchange(
            protocol, start, nanos, together, name, vifId, request, answer, failed);
  }

  TracedExchange of(String vif) {
    return vifId != null
        ? this
        : new TracedExchange(
            protocol, start, nanos, together, namespace, vif, request, answer, failed);
  }
}
