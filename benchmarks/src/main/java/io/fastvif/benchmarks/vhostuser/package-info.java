/**
 * fastvif's vhost-user backend beside DPDK's librte_vhost, in several ways.
 *
 * <p>On one core ({@code OneCore}): a driver in C fills the rings, and the backend empties them in
 * the same thread. DPDK does so in a C program. In fastvif's own loop the driver has its turn by a
 * frame handler that the loop polls in each round ({@code Turns}), so what is measured is the loop
 * as it is. What remains is the backend's own processor time, which can be repeated.
 *
 * <p>On two cores ({@code TwoCores}): the same driver polls on a processor of its own. Rates depend
 * more on the way between the processors than on anything else, and on virtual machines that
 * changes while one measures. So both backends stay connected, samples alternate, and a pair of
 * them counts if the round trips of a cache line before, between and after were alike.
 *
 * <p>A tap ({@code TapCalls}): what its frames cost by a system call each and by io_uring. The
 * numbers are why taps are read and written frame by frame.
 *
 * <p>Paths ({@code PathComparison}): each system moves frames between guests, a card and the host,
 * as a process in a network namespace of its own ({@code PathRun}), and all take turns. One process
 * in C, path-guests.c, drives all guests of a system and what is at the path's other end, where
 * arrivals are counted. It stops the system while others are measured, so that those that poll
 * disturb nobody, and it ends it when this JVM is gone.
 *
 * <p>Little to do ({@code IdleComparison}): backends as processes of their own, beside Open
 * vSwitch's, testpmd's and passt, get frames at a share of the full rate from a driver that polls,
 * or none. What the scheduler has counted of their threads says what they take.
 *
 * <p>The driver, guest-device.h, is compiled into a library for this JVM, the DPDK program and the
 * frontend. fastvif's frontend tells either backend of the guest's memory.
 *
 * <p>May use: {@code benchmarks.process}, {@code io.fastvif.bindings}, {@code io.fastvif.forward},
 * {@code io.fastvif.netns}, {@code io.fastvif.vhostuser}, {@code io.fastvif.xdp}.
 */
package io.fastvif.benchmarks.vhostuser;
