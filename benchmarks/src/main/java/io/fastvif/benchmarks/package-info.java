/**
 * JMH benchmarks, one class for each thing measured, each with a test that it does the right work.
 *
 * <p>A benchmark that hands work to another thread waits for it and checks it outside the measured
 * time: a figure of work that was lost or failed would be worthless, so such a run ends in an error
 * instead. What needs root works in a private network namespace and leaves nothing in the host's.
 *
 * <p>May use: everything of {@code datapath}; nothing may use this.
 */
package io.fastvif.benchmarks;
