/**
 * Paths as the kernel has them, bytes whatever the process's locale, and folders of files that
 * processes share under a lock.
 *
 * <p>May use: {@code bindings}, {@code trace}.
 */
package io.fastvif.files;
