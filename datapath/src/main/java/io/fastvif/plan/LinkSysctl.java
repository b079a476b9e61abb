package io.fastvif.plan;

/**
 * Settings of a link that are files below {@code /proc/sys/net} alone, or that belong with such.
 *
 * @see <a href="https://docs.kernel.org/networking/ip-sysctl.html">ip-sysctl</a>
 */
public enum LinkSysctl {
  /** Whether IPv4 packets that come in here are forwarded. */
  IPV4_FORWARDING("ipv4/conf", "forwarding"),
  /** Whether ARP requests are answered for addresses that are reached by another link. */
  PROXY_ARP("ipv4/conf", "proxy_arp"),
  /** 1: IPv4 packets are dropped unless their source is reached by this link (RFC 3704 strict). */
  RP_FILTER("ipv4/conf", "rp_filter"),
  /** The longest random wait before an answer for another, in hundredths of a second. */
  ARP_PROXY_DELAY("ipv4/neigh", "proxy_delay"),
  /** Whether this link is a router's, for IPv6. */
  IPV6_FORWARDING("ipv6/conf", "forwarding"),
  /** The longest IPv6 packet that is sent, in bytes, 1280 to the link's MTU. */
  IPV6_MTU("ipv6/conf", "mtu"),
  /** Whether router advertisements are taken; 0 for none. */
  ACCEPT_RA("ipv6/conf", "accept_ra"),
  /** Whether neighbour solicitations are answered for the link's proxy neighbours. */
  PROXY_NDP("ipv6/conf", "proxy_ndp"),
  /** As {@link #ARP_PROXY_DELAY}, for IPv6. */
  NDP_PROXY_DELAY("ipv6/neigh", "proxy_delay");

  private final String folder;
  private final String file;

  LinkSysctl(String folder, String file) {
    this.folder = folder;
    this.file = file;
  }

  /** The setting's file below {@code /proc/sys/net}, for a link of that name. */
  public String path(String link) {
    return folder + "/" + link + "/" + file;
  }

  /** Whether a kernel without IPv6 lacks it. */
  public boolean isIpv6() {
    return folder.startsWith("ipv6");
  }
}
