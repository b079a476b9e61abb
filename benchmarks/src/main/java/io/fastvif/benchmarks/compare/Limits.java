package io.fastvif.benchmarks.compare;

import java.time.Duration;

/**
 * What bounds a comparison in time.
 *
 * @param operation the longest that one operation on all VIFs of a size may take
 * @param system a system that has spent more than that on a size gets no further runs of it
 */
record Limits(Duration operation, Duration system) {}
