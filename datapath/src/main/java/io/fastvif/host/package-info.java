/**
 * What a host can plug, as os-vif's HostInfo tells another host: plugins, the VIF types they take,
 * and the port profiles with each, all with earliest and latest version.
 *
 * <p>The same design as {@link io.fastvif.vif}: one immutable record for each class, every
 * component a {@link io.fastvif.vif.Field}.
 *
 * <p>{@link io.fastvif.host.HostCapabilities} is the same read and checked: it refuses VIFs that
 * the plugins do not take. The negotiation between two hosts is in {@code host.negotiation}.
 *
 * <p>May use: {@code vif}.
 */
package io.fastvif.host;
