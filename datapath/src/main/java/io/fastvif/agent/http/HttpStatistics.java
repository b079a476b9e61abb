package io.fastvif.agent.http;

/**
 * Counts since the server started.
 *
 * @param connections open now
 * @param accepted connections that were accepted
 * @param refused connections and requests that were refused because a bound was reached
 * @param denied requests of callers who may not
 * @param underWay requests that are being answered now, streams included
 * @param requests that were begun
 * @param failed requests that were answered with a status of 500 or above
 * @param timedOut connections that were closed because the caller was too slow
 */
public record HttpStatistics(
    int connections,
    long accepted,
    long refused,
    long denied,
    int underWay,
    long requests,
    long failed,
    long timedOut) {}
