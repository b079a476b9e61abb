/**
 * Makes system calls fail on purpose, for tests. Exported to the tests of {@code datapath} and to
 * the soak only, and without effect unless a system property turns it on when the process starts.
 *
 * <p>Uses {@code java.base} only.
 */
package io.fastvif.bindings.fault;
