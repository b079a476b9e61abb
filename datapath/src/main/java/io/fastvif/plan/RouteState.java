package io.fastvif.plan;

import java.net.InetAddress;

/**
 * A route of the main table.
 *
 * @param destination the network's address; the wildcard address of the family for a default route
 * @param prefixLength the network's prefix length in bits, 0 for a default route
 * @param gateway the next hop, null for a network that is reached directly
 * @param preferredSource the source address it prefers, null for none
 * @param metric its priority, 0 for none
 * @param protocol who made it (RTPROT_* of linux/rtnetlink.h)
 * @param scope its scope (RT_SCOPE_*)
 */
public record RouteState(
    InetAddress destination,
    int prefixLength,
    InetAddress gateway,
    InetAddress preferredSource,
    int metric,
    int protocol,
    int scope) {
  @Override
  public String toString() {
    return (prefixLength == 0 ? "default" : destination.getHostAddress() + "/" + prefixLength)
        + (gateway == null ? "" : " via " + gateway.getHostAddress())
        + (metric == 0 ? "" : " metric " + metric);
  }
}
