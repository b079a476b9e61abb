/**
 * What it costs to serve many network namespaces from one process: threads, descriptors and memory.
 *
 * <p>May use: everything of {@code datapath}; nothing may use this.
 */
package io.fastvif.benchmarks.namespaces;
