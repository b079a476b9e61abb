/**
 * Child processes of the benchmarks: started, waited for with a time limit, ended by their id.
 *
 * <p>{@link io.fastvif.benchmarks.process.Ip} is iproute2's {@code ip}, the peer that several
 * comparisons have.
 *
 * <p>May use: {@code io.fastvif.netns}.
 */
package io.fastvif.benchmarks.process;
