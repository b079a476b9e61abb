/**
 * {@code ./fastvif bench}: the same VIFs plugged and unplugged by fastvif and by the alternatives,
 * in one run.
 *
 * <p>Each system works in a private namespace of its own, one after the other within a round, in an
 * order that rotates from round to round, so that a slow minute of the machine hits them all. After
 * each operation the namespace is read, independently of the system, and compared with what the
 * VIFs should have become: a system that did less is an error, not a winner. A namespace is emptied
 * before it is dropped, because the kernel would do that in the background of the next measurement.
 *
 * <p>A system that is a program or a library of another language runs as a child process that loads
 * everything, is told what to do by lines on its standard input and measures itself. Only commands
 * ({@code ip}) are measured from their start.
 *
 * <p>May use: {@code io.fastvif.benchmarks.hardware}, {@code io.fastvif.benchmarks.process}, {@code
 * io.fastvif.benchmarks.report} and everything of {@code datapath}.
 */
package io.fastvif.benchmarks.compare;
