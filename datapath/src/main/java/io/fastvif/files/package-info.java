/**
 * Paths as the kernel has them: bytes, whatever the process's locale.
 *
 * <p>May use: nothing; everything may use it.
 */
package io.fastvif.files;
