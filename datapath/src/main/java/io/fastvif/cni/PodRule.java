package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.NFPROTO_IPV4;
import static io.fastvif.bindings.linux.linux_h.NFT_META_IIFNAME;
import static io.fastvif.bindings.linux.linux_h.NFT_PAYLOAD_NETWORK_HEADER;
import static io.fastvif.bindings.linux.linux_h.NF_DROP;

import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.vif.MacAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A rule of nf_tables for a pod.
 *
 * @param family such as NFPROTO_IPV4
 * @param body writes its matches and what it does
 */
record PodRule(int family, Consumer<NftRequest> body) {
  /** Of linux/netfilter.h and linux/netfilter/nf_tables.h; the bindings have them not. */
  static final int NFPROTO_BRIDGE = 7;

  private static final int NFPROTO_IPV6 = 10;
  private static final int NFT_PAYLOAD_LL_HEADER = 0;

  /** The families of all rules that there are. */
  static final List<Integer> FAMILIES = List.of(NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_BRIDGE);

  private static final int IPV4_SOURCE = 12;
  private static final int IPV4_DESTINATION = 16;
  private static final int IPV6_SOURCE = 8;
  private static final int IPV6_DESTINATION = 24;
  private static final int ETHERNET_SOURCE = 6;

  /**
   * Packets from the pod to elsewhere than its subnet get the host's address: {@code ip saddr
   * ADDRESS ip daddr != SUBNET ip daddr != 224.0.0.0/4 masquerade}.
   */
  static PodRule masquerade(Cidr pod) {
    boolean isIpv4 = pod.isIpv4();
    int to = isIpv4 ? IPV4_DESTINATION : IPV6_DESTINATION;
    Cidr multicast = Cidr.parse("", isIpv4 ? "224.0.0.0/4" : "ff00::/8");
    return new PodRule(
        isIpv4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
        rule -> {
          address(rule, isIpv4 ? IPV4_SOURCE : IPV6_SOURCE, Cidr.host(pod.address()), true);
          address(rule, to, pod.network(), false);
          address(rule, to, multicast, false);
          rule.masquerade();
        });
  }

  private static void address(NftRequest rule, int offset, Cidr network, boolean isEqual) {
    InetAddress address = network.network().address();
    byte[] mask = network.length() == network.bits() ? null : network.mask();
    rule.packetBytes(NFT_PAYLOAD_NETWORK_HEADER, offset, address.getAddress(), mask, isEqual);
  }

  /**
   * Drops frames from a port with another source than the pod's: {@code iifname PORT ether saddr !=
   * MAC drop}.
   */
  static PodRule sourceCheck(String port, MacAddress mac) {
    byte[] address =
        Arrays.copyOfRange(
            ByteBuffer.allocate(Long.BYTES).putLong(mac.value()).array(), 2, Long.BYTES);
    return new PodRule(
        NFPROTO_BRIDGE,
        rule ->
            rule.link(NFT_META_IIFNAME, port)
                .packetBytes(NFT_PAYLOAD_LL_HEADER, ETHERNET_SOURCE, address, null, false)
                .verdict(NF_DROP, ""));
  }
}
