/**
 * The plugin {@code tap}: a VIFGeneric becomes a persistent tap, with the guest's MAC address, that
 * is connected to nothing yet.
 *
 * <p>May use: {@code host}, {@code plan}, {@code plugin}, {@code vif}.
 */
package io.fastvif.plugin.tap;
