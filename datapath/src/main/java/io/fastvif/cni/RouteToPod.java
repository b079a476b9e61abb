package io.fastvif.cni;

import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Leads the host to a pod on the link that is its alone. Equivalent to {@code ip address add
 * GATEWAY dev NAME} and {@code ip route add ADDRESS dev NAME} for each address.
 *
 * @param name the host's end
 * @param ips the pod's addresses, each with its gateway
 */
record RouteToPod(String name, List<CniResult.Address> ips) implements PluginStep {
  /** Copies the list. */
  RouteToPod {
    ips = List.copyOf(ips);
  }

  @Override
  public boolean perform() throws IOException {
    try (LinkSocket link = LinkSocket.open(name)) {
      if (ips.stream().anyMatch(ip -> !ip.cidr().isIpv4())) {
        link.addAddress(linkLocal(link), true);
      }
      for (CniResult.Address ip : ips) {
        link.addAddress(Cidr.host(ip.gateway()), true);
        if (!link.addRoute(new PodRoute(Cidr.host(ip.cidr().address()), null), null)) {
          throw new IOException("another link has a route to " + Cidr.text(ip.cidr().address()));
        }
      }
    }
    return true;
  }

  /** For packets that it forwards, the kernel asks for neighbours only from such an address. */
  private static Cidr linkLocal(LinkSocket link) {
    long[] mac = new long[1];
    link.read(message -> mac[0] = message.address());
    long high = (mac[0] >>> 24) ^ 0x020000;
    long low = mac[0] & 0xffffff;
    ByteBuffer address = ByteBuffer.allocate(2 * Long.BYTES).putLong(0xfe80L << 48);
    address.putLong((high << 40) | (0xfffeL << 24) | low); // EUI-64 (RFC 4291, appendix A)
    return new Cidr(Cidr.of(address.array()), Long.SIZE);
  }

  /** Nothing: addresses and routes go with the link. */
  @Override
  public boolean undo() {
    return false;
  }

  @Override
  public String toString() {
    return "route to " + ips.stream().map(ip -> ip.cidr().toString()).toList() + " dev " + name;
  }
}
