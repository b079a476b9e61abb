package io.fastvif.engine;

import io.fastvif.testing.Await;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What a host may have already when VIFs are plugged: addresses, routes and rules of many kinds on
 * an uplink, bridges with settings of their own, links of other people. By a seed; made as often as
 * one likes.
 */
final class GeneratedHost {
  /** Ways out, of which a host has one or none; several commands are separated by semicolons. */
  private static final String[] WAYS_OUT = {
    "",
    "route add default via 10.0.0.1 dev eth1",
    "route add default via 10.99.0.1 dev eth1 onlink metric 100",
    "route add 10.99.0.1 dev eth1 scope link;route add default via 10.99.0.1 dev eth1 proto dhcp",
    "route add default dev eth1 scope link",
    "route add default nexthop via 10.0.0.1 weight 3 nexthop via 10.0.0.2 dev eth1 onlink",
    "route add default via 10.0.0.1 metric 100;route add default via 10.0.0.2 metric 200",
    "route add default via inet6 fe80::1 dev eth1",
  };

  private static final String[] ADDRESSES = {
    "10.0.0.6/24 dev eth1",
    "10.7.0.1/16 dev eth1 label eth1:x",
    "172.16.0.1/32 dev eth1",
    "172.17.0.1 peer 172.17.0.2/32 dev eth1",
    "10.8.0.1/24 dev eth1 noprefixroute valid_lft 3600 preferred_lft 1800",
    "10.9.0.1/24 dev eth1 metric 300 scope link",
  };

  /** What needs the first address. */
  private static final String[] BY_ADDRESS = {
    "route add 192.0.2.0/24 via 10.0.0.1 dev eth1 metric 77",
    "route add 203.0.113.0/24 via 10.0.0.1 dev eth1 mtu lock 1400 advmss 1300 initcwnd 20",
    "route add 203.0.113.128/25 via 10.0.0.1 dev eth1 tos 0x10 proto static src 10.0.0.5",
    "nexthop add id 7 via 10.0.0.1 dev eth1 protocol 5;route add 10.20.0.0/16 nhid 7",
    "route add 10.21.0.0/16 nexthop via 10.0.0.1 dev eth1 nexthop via 10.77.0.1 dev eth2",
  };

  private static final String[] BY_ITSELF = {
    "route add 198.51.100.0/24 dev eth1 scope link table 88",
    "route add local 192.168.52.7 dev eth1 table 89 proto 77",
    "rule add iif eth1 lookup 88 priority 500 protocol 4",
    "rule add not from 10.3.0.0/16 oif eth1 lookup 88 priority 501 fwmark 0x7/0xf",
    "neighbour add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth1",
    "neighbour add proxy 10.0.0.77 dev eth1",
    "nexthop add id 8 dev eth1",
  };

  private static final String[] IPV6 = {
    "-6 address add 2001:db8:1::5/64 dev eth1 nodad",
    "-6 address add 2001:db8:2::5/128 dev eth1 nodad valid_lft 3600 preferred_lft 0",
    "-6 address add 2001:db8:3::5 peer 2001:db8:3::6/128 dev eth1 nodad",
    "-6 route add default via fe80::1 dev eth1 metric 77 mtu 1400",
    "-6 route add 2001:db8:7::/48 dev eth1 table 88",
    "-6 route add 2001:db8:8::/48 nexthop via fe80::1 dev eth1 weight 2 nexthop via fe80::2 dev"
        + " eth1",
    "-6 rule add iif eth1 lookup 88 priority 500",
    "-6 neighbour add fe80::1 lladdr 02:00:00:00:00:99 dev eth1 nud permanent",
    "-6 nexthop add id 17 via fe80::1 dev eth1;-6 route add 2001:db8:9::/48 nhid 17",
  };

  /**
   * What somebody's bridges have of IPv6. The route of br-other has an MTU below those of all VIFs
   * that join it: a greater one would come back from them as the bridge's, which nobody can mend.
   */
  private static final String[] ON_BRIDGES = {
    "-6 address add 2001:db8:b1::1/64 dev br-free nodad",
    "-6 route add 2001:db8:b2::/48 dev br-free mtu 1300",
    "-6 route add 2001:db8:b3::/48 dev br-free mtu 1500 table 88",
    "-6 route add 2001:db8:b4::/48 dev br-free mtu lock 1350",
    "nexthop add id 27 dev br-other;-6 route add 2001:db8:b5::/48 dev br-other mtu 1380",
    "link set br-free mtu 1480",
    "route add 10.98.0.0/16 dev br-free table 88",
  };

  private static final List<String> LINKS =
      List.of("eth1", "wire", "eth2", "wire2", "br-other", "br-free", "foreign", "foreign1");

  private static final Path IPV6_SETTINGS = Path.of("/proc/sys/net/ipv6/conf");

  /** Those that are up by themselves. */
  private static final List<String> CONNECTED =
      LINKS.stream().filter(link -> !link.equals("br-free")).toList();

  private final Random random;
  private final List<String> commands = new ArrayList<>();

  /** How many commands make links. */
  private final int linkCommands;

  GeneratedHost(long seed) {
    random = new Random(seed);
    commands.add("link set lo up");
    pair("eth1", "02:00:00:00:00:01", "wire", "02:00:00:00:00:11");
    pair("eth2", "02:00:00:00:00:02", "wire2", "02:00:00:00:00:12");
    othersLinks();
    boolean isIpv6 = maybe();
    for (String link : LINKS) {
      if (!isIpv6 || !link.equals("eth1")) {
        commands.add("link set " + link + " addrgenmode none");
      }
      commands.add("link set " + link + " up");
    }
    commands.add("address add 10.77.0.5/24 dev eth2");
    commands.add("link set foreign master br-other alias somebody's group 7");
    if (maybe()) {
      commands.add("link property add dev eth1 altname enp3s0f0");
    }
    linkCommands = commands.size();
    uplink();
    if (isIpv6) {
      some(IPV6);
    }
    some(ON_BRIDGES);
  }

  private boolean maybe() {
    return random.nextBoolean();
  }

  /** With MAC addresses, because the kernel would draw others each time. */
  private void pair(String name, String mac, String peer, String peerMac) {
    String link = "link add " + name + " address " + mac + " type veth peer name " + peer;
    commands.add(link + " address " + peerMac);
  }

  private void add(String several) {
    commands.addAll(List.of(several.split(";", -1)));
  }

  private void some(String[] choice) {
    for (String one : choice) {
      if (maybe()) {
        add(one);
      }
    }
  }

  /** A bridge with a port that is up, or it would get its own address with the first VIF's. */
  private void othersLinks() {
    commands.add("link add br-other type bridge ageing_time " + (100 + random.nextInt(900)));
    commands.add("link set br-other address 02:00:00:00:00:b0");
    commands.add("link add br-free address 02:00:00:00:00:b1 type bridge");
    if (maybe()) {
      commands.add("address add 10.99.9.1/24 dev br-other");
    }
    pair("foreign", "02:00:00:00:00:03", "foreign1", "02:00:00:00:00:13");
  }

  /** One in four has no address, and what it has hangs on the link alone. */
  private void uplink() {
    if (random.nextInt(4) != 0) {
      commands.add("address add 10.0.0.5/24 brd + dev eth1");
      for (String address : ADDRESSES) {
        if (maybe()) {
          commands.add("address add " + address);
        }
      }
      String wayOut = WAYS_OUT[random.nextInt(WAYS_OUT.length)];
      if (!wayOut.isEmpty()) {
        add(wayOut);
      }
      some(BY_ADDRESS);
    }
    some(BY_ITSELF);
  }

  /**
   * Makes it, in the namespace of this thread. Addresses of IPv6 are there at once. What hangs on
   * links comes when all are up: the kernel takes nexthops away when it tells, late, that a link
   * had no carrier.
   */
  void make() throws Exception {
    for (String settings : List.of("all", "default")) {
      Path file = IPV6_SETTINGS.resolve(settings).resolve("accept_dad");
      if (Files.exists(file)) {
        Files.writeString(file, "0");
      }
    }
    batch("-4", commands.stream().limit(linkCommands));
    Await.until("carriers", GeneratedHost::isConnected);
    batch("-4", commands.stream().skip(linkCommands).filter(command -> !command.startsWith("-6 ")));
    batch("-6", commands.stream().filter(c -> c.startsWith("-6 ")).map(c -> c.substring(3)));
  }

  private static boolean isConnected() throws Exception {
    List<String> lines = Peer.require("ip", "iproute2").run("-o link show up").lines().toList();
    return CONNECTED.stream()
        .allMatch(
            link ->
                lines.stream()
                    .filter(line -> line.contains(" " + link + ":") || line.contains(link + "@"))
                    .anyMatch(line -> line.contains("state UP") && line.contains("LOWER_UP")));
  }

  /** Whether the kernel has links of that kind. */
  static boolean has(String kind) throws Exception {
    try {
      ip("link add probe link eth2 type " + kind + (kind.equals("vlan") ? " id 4000" : ""));
      ip("link delete probe");
      return true;
    } catch (AssertionError refused) {
      if (refused.getMessage().contains("Unknown device type")) {
        return false;
      }
      throw refused;
    }
  }

  /** Runs a command of {@code ip}, which must succeed. */
  static void ip(String command) throws Exception {
    Peer.require("ip", "iproute2").run(command);
  }

  private static void batch(String family, Stream<String> commands) throws Exception {
    String text = String.join("\n", commands.toList());
    if (text.isEmpty()) {
      return;
    }
    Path file = Files.createTempFile("fastvif-host", ".ip");
    try {
      Files.writeString(file, text + "\n");
      Peer.require("ip", "iproute2").run(List.of(family, "-batch", file.toString()));
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public String toString() {
    return String.join("\n", commands);
  }
}
