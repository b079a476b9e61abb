/**
 * How plugins and drivers are found.
 *
 * <p>May use: nothing; whoever has a service uses it.
 */
package io.fastvif.provider;
