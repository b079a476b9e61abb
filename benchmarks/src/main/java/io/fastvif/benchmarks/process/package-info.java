/**
 * Child processes of the benchmarks: started, waited for with a time limit, ended by their id.
 *
 * <p>{@link io.fastvif.benchmarks.process.Ip} is iproute2's {@code ip}, the peer that several
 * comparisons have; {@link io.fastvif.benchmarks.process.OvsSwitch} an Open vSwitch of one's own;
 * {@link io.fastvif.benchmarks.process.AgentProcess} fastvif's agent, as it is run.
 *
 * <p>May use: {@code io.fastvif.agent.client}, {@code io.fastvif.netlink}, {@code
 * io.fastvif.netns}, {@code io.fastvif.tuntap}.
 */
package io.fastvif.benchmarks.process;
