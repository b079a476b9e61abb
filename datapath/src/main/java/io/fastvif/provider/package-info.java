/**
 * How plugins and drivers are found.
 *
 * <p>May use: nothing of fastvif.
 */
package io.fastvif.provider;
