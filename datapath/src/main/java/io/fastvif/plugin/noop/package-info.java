/**
 * The plugin {@code noop}, as os-vif's: for VIFs whose backend somebody else makes ready, so that
 * nothing is to be done on the host.
 *
 * <p>May use: {@code host}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.plugin.noop;
