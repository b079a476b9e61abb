package io.fastvif.netlink.route;

/**
 * Numbers of the IPv4 options of a link, for {@link LinkRequest#inetConf} and {@link
 * LinkMessage#inetConf}: {@code IPV4_DEVCONF_…} of linux/ip.h, which the bindings do not cover.
 *
 * @see <a href="https://docs.kernel.org/networking/ip-sysctl.html">ip-sysctl</a>
 */
public final class InetConf {
  /** Whether the link forwards: {@code net.ipv4.conf.DEV.forwarding}. */
  public static final int FORWARDING = 1;

  /** Which links' addresses are answered for: {@code net.ipv4.conf.DEV.arp_filter}. */
  public static final int ARP_FILTER = 13;

  /** Which of its own addresses the host names: {@code net.ipv4.conf.DEV.arp_announce}. */
  public static final int ARP_ANNOUNCE = 18;

  /** Which requests are answered: {@code net.ipv4.conf.DEV.arp_ignore}. */
  public static final int ARP_IGNORE = 19;

  /** Whether unasked answers are learned: {@code net.ipv4.conf.DEV.arp_accept}. */
  public static final int ARP_ACCEPT = 21;

  /** Whether other hosts' addresses are answered for: {@code net.ipv4.conf.DEV.proxy_arp}. */
  public static final int PROXY_ARP = 3;

  /** Reverse path filtering: {@code net.ipv4.conf.DEV.rp_filter}. */
  public static final int REVERSE_PATH_FILTER = 8;

  private InetConf() {}
}
