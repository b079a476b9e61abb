package io.fastvif.engine;

import io.fastvif.testing.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a host may have already when VIFs are plugged: addresses, routes and rules of many kinds on
 * an uplink, bridges with settings of their own, links of other people. By a seed.
 */
final class GeneratedHost {
  private static final String[] ROUTES = {
    "default via 10.0.0.1 dev eth1",
    "192.0.2.0/24 via 10.0.0.1 dev eth1 metric 77",
    "198.51.100.0/24 dev eth1 scope link table 88",
    "203.0.113.0/24 via 10.0.0.1 dev eth1 mtu 1400 advmss 1300",
    "203.0.113.128/25 via 10.0.0.1 dev eth1 tos 0x10 proto static",
  };

  private static final String[] ADDRESSES = {
    "10.0.0.6/24 dev eth1", "10.7.0.1/16 dev eth1 label eth1:x", "172.16.0.1/32 dev eth1"
  };

  private final Random random;

  GeneratedHost(long seed) {
    random = new Random(seed);
  }

  private boolean maybe() {
    return random.nextBoolean();
  }

  /** Makes it, in the namespace of this thread. */
  void make() throws Exception {
    List<String> commands = new ArrayList<>();
    commands.add("link set lo up");
    commands.add("link add eth1 address 02:00:00:00:00:01 mtu 1500 type veth peer name wire");
    commands.add("link set wire up");
    commands.add("link set eth1 up");
    commands.add("address add 10.0.0.5/24 brd + dev eth1");
    for (String address : ADDRESSES) {
      if (maybe()) {
        commands.add("address add " + address);
      }
    }
    commands.add("route add " + ROUTES[0]);
    for (int i = 1; i < ROUTES.length; i++) {
      if (maybe()) {
        commands.add("route add " + ROUTES[i]);
      }
    }
    if (maybe()) {
      commands.add("neighbour add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth1");
    }
    if (maybe()) {
      commands.add("-6 address add 2001:db8:1::5/64 dev eth1 nodad");
    }
    commands.add("link add br-other type bridge ageing_time " + (100 + random.nextInt(900)));
    commands.add("link set br-other up address 02:00:00:00:00:b0");
    if (maybe()) {
      commands.add("address add 10.99.0.1/24 dev br-other");
    }
    // With a port that is up, or the bridge would get its own address with the first VIF's.
    commands.add("link add foreign type veth peer name foreign1");
    commands.add("link set foreign1 up");
    commands.add("link set foreign up master br-other alias somebody's group 7");
    Peer ip = Peer.require("ip", "iproute2");
    for (String command : commands) {
      ip.run(command);
    }
  }
}
