/**
 * What the agent adds to the library: its declarations on disk, its start, its repairs.
 *
 * <p>May use: everything of {@code datapath}; nothing may use this.
 */
package io.fastvif.benchmarks.agent;
