/**
 * How plugins and drivers are found.
 *
 * <p>May use: {@code trace}.
 */
package io.fastvif.provider;
