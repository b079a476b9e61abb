package io.fastvif.plan;

/**
 * The bridge whose making a plan shares with other VIFs.
 *
 * @param bridge the bridge's name
 * @param uplink the name of the link that joins it to the network, null for none
 */
public record SharedBridge(String bridge, String uplink) {}
