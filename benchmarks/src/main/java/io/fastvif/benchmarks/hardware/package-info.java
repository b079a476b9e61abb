/**
 * {@code ./fastvif bench --pf PCI-ADDRESS}: representors renamed, VFs configured and VFs plugged on
 * a real SR-IOV NIC, by fastvif and by {@code ip}.
 *
 * <p>A NIC cannot be put into a private namespace for each run, so all work on the same one, in
 * turns. What it is like is read first. A workload is nothing but the state that it leads to; what
 * is done, and how it is undone, is the difference between the two states, the same for every
 * system. After each operation the NIC is read and must be in that state. In the end, after a
 * failure and when the command is interrupted it is brought back into the first one.
 *
 * <p>May use: {@code io.fastvif.benchmarks.process}, {@code io.fastvif.benchmarks.report} and
 * everything of {@code datapath}.
 */
package io.fastvif.benchmarks.hardware;
