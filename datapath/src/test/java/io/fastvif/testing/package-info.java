/**
 * Support for tests that need the kernel: each in a network namespace of its own, with the programs
 * it compares with. Missing root or a missing program skips a test, or fails it with {@code
 * -Dfastvif.require-all-peers=true}.
 */
package io.fastvif.testing;
