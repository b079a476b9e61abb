/**
 * The plugin {@code tap}: a VIFGeneric becomes a persistent tap, with the guest's MAC address, that
 * is connected to nothing yet.
 */
package io.fastvif.plugin.tap;
