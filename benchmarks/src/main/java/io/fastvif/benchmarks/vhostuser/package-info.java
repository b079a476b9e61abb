/**
 * fastvif's vhost-user backend beside DPDK's: the same frontend, testpmd's virtio_user, sends to,
 * receives from or gets its frames back from the one and the other, by turns, in the same place.
 *
 * <p>What counts is what the frontend says of itself each second, so both are measured with the
 * same ruler. Two processors take part, one for each side's forwarding; how far they are from each
 * other at that moment is measured before and after, because it changes the rates more than
 * anything else.
 *
 * <p>May use: {@code benchmarks.process}, {@code io.fastvif.forward}, {@code io.fastvif.vhostuser}.
 */
package io.fastvif.benchmarks.vhostuser;
