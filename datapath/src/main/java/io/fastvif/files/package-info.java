/**
 * Paths as the kernel has them: bytes, whatever the process's locale.
 *
 * <p>May use: nothing of fastvif.
 */
package io.fastvif.files;
