package io.fastvif.benchmarks.hardware;

/**
 * The port of the NIC's switch that a VF is behind.
 *
 * @param vf the VF's number
 * @param name the port's network device
 * @param index that device's index
 */
record Representor(int vf, String name, int index) {}
