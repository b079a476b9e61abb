package io.fastvif.benchmarks.report;

/**
 * A point of a distribution.
 *
 * @param percentile from 0 to 100
 * @param micros so many percent of the operations took no longer, in microseconds
 */
public record Point(double percentile, double micros) {}
