/**
 * Which VIF to make, agreed between two hosts of different versions, as os-vif's document on host
 * information describes it. The transport is open: all it need do is carry JSON there and back.
 *
 * <ol>
 *   <li>{@link io.fastvif.host.negotiation.ServiceHost} sends its HostInfo.
 *   <li>{@link io.fastvif.host.negotiation.NetworkHost}, if it is older, answers with an error that
 *       carries the greatest version that it supports of HostInfo and of each class in it; the
 *       service host sends the HostInfo again in those versions.
 *   <li>The network host takes the first of its VIFs that a plugin there takes, in the greatest
 *       versions that both sides know, and answers with it; or with an error that says why nothing
 *       suits.
 * </ol>
 *
 * The request is a HostInfo as os-vif writes it; the answers' JSON is that of {@link
 * io.fastvif.json.NegotiationAnswers}.
 *
 * <p>A package of its own, because it needs the JSON, and the JSON needs {@code host}.
 *
 * <p>May use: {@code bindings}, {@code host}, {@code vif}, {@code json}.
 */
package io.fastvif.host.negotiation;
