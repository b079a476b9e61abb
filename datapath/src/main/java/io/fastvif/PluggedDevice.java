package io.fastvif;

import io.fastvif.plan.LinkState;

/**
 * Something that the host has of a VIF.
 *
 * @param name a link's, a port's, a PCI address, or that of a bridge which has rules
 * @param link null for what has no link here: a port of vhost-user, DPDK or patch, a leased device;
 *     and for rules
 * @param kind the link's; the type of the port's interface; {@code vhost-user} for a port that the
 *     forwarder serves; {@code pci} for a leased device; {@code rules} for those on what a bridge
 *     forwards, which go with the last VIF that wants them
 * @param master the name of the link's master; empty for none
 * @param ovsBridge the bridge of Open vSwitch that it is a port of; empty for none
 * @param interfaceId the iface-id of that port; empty if it has none
 */
public record PluggedDevice(
    String name, LinkState link, String kind, String master, String ovsBridge, String interfaceId) {

  /** One without a link. */
  static PluggedDevice of(String name, String kind) {
    return new PluggedDevice(name, null, kind, "", "", "");
  }
}
