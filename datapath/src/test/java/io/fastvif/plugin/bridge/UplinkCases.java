package io.fastvif.plugin.bridge;

import java.util.LinkedHashMap;
import java.util.Map;

/** The forms that uplinks have on hosts: the commands that configure them. */
final class UplinkCases {
  private static final Map<String, String> ALL = new LinkedHashMap<>();

  private UplinkCases() {}

  /**
   * By what they are, in the words of {@code ip}. {@code -Dfastvif.uplink-case=TEXT} leaves those
   * that have the text in their names.
   */
  static Map<String, String> all() {
    Map<String, String> chosen = new LinkedHashMap<>(ALL);
    chosen.keySet().removeIf(name -> !name.contains(System.getProperty("fastvif.uplink-case", "")));
    return chosen;
  }

  private static void add(String name, String... commands) {
    ALL.put(name, String.join("\n", commands) + "\n");
  }

  static {
    add(
        "address and default route",
        "address add 10.0.0.5/24 broadcast + dev eth1",
        "route add default via 10.0.0.1 dev eth1 metric 100 src 10.0.0.5 protocol static");
    add(
        "onlink default route",
        "address add 10.0.0.5/32 dev eth1",
        "route add default via 10.99.0.1 dev eth1 onlink");
    add(
        "host route to the gateway",
        "address add 10.0.0.5/32 dev eth1",
        "route add 10.99.0.1 dev eth1 scope link",
        "route add default via 10.99.0.1 dev eth1");
    add(
        "secondary addresses",
        "address add 10.0.0.5/24 dev eth1",
        "address add 10.0.0.6/24 dev eth1",
        "address add 10.1.0.5/24 dev eth1 scope link",
        "address add 10.0.0.7/24 dev eth1",
        "route add 10.6.0.0/16 via 10.0.0.1 src 10.0.0.7");
    add(
        "address of DHCP",
        "address add 10.0.0.5/24 dev eth1 valid_lft 3600 preferred_lft 1800",
        "route add default via 10.0.0.1 dev eth1 protocol dhcp metric 100");
    add(
        "IPv6 routes with the MTU that the network has",
        "link set eth1 mtu 2000",
        "address add 2001:db8:1::5/64 dev eth1 nodad",
        "-6 route add 2001:db8:7::/64 dev eth1 mtu 1500",
        "-6 route add default via 2001:db8:1::1 dev eth1 mtu 1500");
    add(
        "metrics of a route",
        "address add 10.0.0.5/24 dev eth1",
        "route add default via 10.0.0.1 mtu lock 1400 advmss 1360 initcwnd 20 congctl reno",
        "route add 10.7.0.0/16 via 10.0.0.1 tos 0x10 realm 5");
    add(
        "direct routes and routes of a kind",
        "address add 10.0.0.5/24 dev eth1",
        "route add 192.168.50.0/24 dev eth1 scope link",
        "route add 192.168.51.0/24 dev eth1",
        "route add local 192.168.52.7 dev eth1 table 9 protocol 77",
        "route add multicast 239.1.0.0/16 dev eth1");
    add(
        "rules and tables",
        "address add 10.0.0.5/24 dev eth1",
        "route add default via 10.0.0.1 dev eth1 table 100",
        "route add 10.0.0.0/24 dev eth1 table 1000",
        "rule add iif eth1 lookup 100 priority 500 protocol 4",
        "rule add not from 10.3.0.0/16 oif eth1 lookup 1000 priority 501 fwmark 0x7/0xf",
        "-6 rule add iif eth1 lookup 100 priority 500");
    add(
        "point to point",
        "address add 10.0.0.5 peer 10.0.0.1/32 dev eth1",
        "route add default via 10.0.0.1 dev eth1");
    add(
        "address without prefix route, with label, with metric",
        "address add 10.0.0.5/24 dev eth1 label eth1:vip noprefixroute",
        "address add 10.1.0.5/24 dev eth1 metric 300",
        "route add 10.0.0.0/24 dev eth1 protocol kernel scope link src 10.0.0.5 metric 100");
    add(
        "several default routes",
        "address add 10.0.0.5/24 dev eth1",
        "address add 10.2.0.5/24 dev eth2",
        "route add default via 10.0.0.1 dev eth1 metric 100",
        "route add default via 10.0.0.2 dev eth1 metric 200",
        "route add default via 10.2.0.1 dev eth2 metric 150");
    add(
        "multipath routes",
        "address add 10.0.0.5/24 dev eth1",
        "address add 10.2.0.5/24 dev eth2",
        "route add default nexthop via 10.0.0.1 weight 3 nexthop via 10.0.0.2 onlink dev eth1",
        "route add 10.8.0.0/16 nexthop via 10.2.0.1 dev eth2 nexthop via 10.0.0.1 dev eth1");
    add(
        "next hop objects",
        "address add 10.0.0.5/24 dev eth1",
        "nexthop add id 7 via 10.0.0.1 dev eth1 protocol 5",
        "nexthop add id 8 dev eth1",
        "nexthop add id 9 group 7",
        "route add 10.8.0.0/16 nhid 7",
        "route add 10.9.0.0/16 nhid 8");
    add(
        "neighbours",
        "address add 10.0.0.5/24 dev eth1",
        "neighbour add 10.0.0.9 lladdr 02:00:00:00:00:99 dev eth1 nud permanent",
        "neighbour add proxy 10.0.0.77 dev eth1");
    add(
        "IPv6 address and default route",
        "address add 2001:db8::5/64 dev eth1 nodad",
        "address add 2001:db8::6/64 dev eth1 nodad preferred_lft 0",
        "address add 2001:db8:1::5/64 dev eth1",
        "-6 route add default via 2001:db8::1 dev eth1 metric 77 src 2001:db8::5");
    add(
        "IPv6 gateway by its link-local address",
        "address add 2001:db8::5/128 dev eth1 valid_lft 3600 preferred_lft 1800",
        "-6 route add default via fe80::1 dev eth1 protocol ra expires 1800 pref high mtu 1400",
        "-6 route add 2001:db8:7::/48 dev eth1",
        "-6 route add default via fe80::1 dev eth1 table 100",
        "-6 neighbour add fe80::1 lladdr 02:00:00:00:00:99 dev eth1 nud permanent",
        "-6 neighbour add proxy 2001:db8::77 dev eth1");
    add(
        "IPv6 point to point, without prefix route, with metric",
        "address add 2001:db8::5 peer 2001:db8::6/128 dev eth1",
        "address add 2001:db8:1::5/64 dev eth1 noprefixroute",
        "address add 2001:db8:2::5/64 dev eth1 metric 99",
        "-6 route add 2001:db8:1::/64 dev eth1 protocol kernel metric 100");
    add(
        "IPv6 multipath routes and next hop objects",
        "address add 2001:db8::5/64 dev eth1",
        "address add 2001:db8:2::5/64 dev eth2 nodad",
        "-6 nexthop add id 17 via 2001:db8::1 dev eth1",
        "-6 route add 2001:db8:8::/48 nhid 17",
        "-6 route add default nexthop via fe80::1 dev eth1 weight 2 nexthop via fe80::2 dev eth1",
        "-6 route add 2001:db8:9::/48 nexthop via fe80::1 dev eth1 nexthop via fe80::9 dev eth2");
    add(
        "IPv6 routers of one metric, found by somebody else than the kernel",
        "address add 2001:db8::5/64 dev eth1",
        "address add 2001:db8:2::5/64 dev eth2 nodad",
        "-6 route add default via fe80::1 dev eth1 protocol ra metric 1024 mtu 1400",
        "-6 route append default via fe80::2 dev eth1 protocol ra metric 1024 mtu 1400",
        "-6 route append default via fe80::3 dev eth2 protocol ra metric 1024 mtu 1400",
        "-6 route add 2001:db8:9::/48 via fe80::1 dev eth1 protocol ra metric 77");
    add(
        "IPv4 by a gateway of IPv6",
        "address add 10.0.0.5/32 dev eth1",
        "route add default via inet6 fe80::1 dev eth1");
    add(
        "no address, but another table, a rule, a neighbour",
        "route add 10.6.0.0/16 dev eth1 table 100",
        "rule add iif eth1 lookup 100 priority 500",
        "neighbour add 10.6.0.9 lladdr 02:00:00:00:00:99 dev eth1 nud permanent",
        "neighbour add proxy 10.6.0.77 dev eth1");
    add(
        "no address, but next hop objects",
        "nexthop add id 8 dev eth1",
        "route add 10.9.0.0/16 nhid 8 table 100");
    add(
        "no address but a link-local one, and IPv6 routes and neighbours",
        "-6 route add 2001:db8:7::/48 via fe80::1 dev eth1",
        "-6 route add default via fe80::1 dev eth1 table 100",
        "-6 neighbour add fe80::1 lladdr 02:00:00:00:00:99 dev eth1 nud permanent");
  }
}
