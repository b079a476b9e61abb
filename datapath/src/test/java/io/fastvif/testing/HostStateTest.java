package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** That the differ sees each sort of change, and nothing where nothing changed. */
class HostStateTest {
  private final HostStateReader reader = new HostStateReader();

  private static void run(String command) throws IOException, InterruptedException {
    String[] words = command.split(" ", 2);
    Peer.require(words[0], "iproute2").run(words[1]);
  }

  /** Runs a command, unless the kernel has nothing of that sort. */
  private static boolean tryToRun(String command) throws IOException, InterruptedException {
    try {
      run(command);
      return true;
    } catch (AssertionError lacking) {
      if (lacks(lacking)) {
        return false;
      }
      throw lacking;
    }
  }

  /** A host whose links, addresses and routes are of many kinds. */
  private static void host() throws Exception {
    for (String command :
        List.of(
            "ip link set lo up",
            "ip link add br0 type bridge",
            "ip link set br0 type bridge vlan_filtering 1",
            "ip link add eth1 address 02:00:00:00:00:01 type veth peer name wire",
            "ip link add eth2 type veth peer name wire2",
            "ip link set eth1 up",
            "ip link set wire up",
            "ip link set eth2 up",
            "ip link set wire2 up",
            "ip link set wire2 master br0",
            "ip address add 10.0.0.5/24 dev eth1",
            "ip address add 2001:db8::5/64 dev eth1 nodad",
            "ip route add default via 10.0.0.1 dev eth1",
            "ip route add 10.9.0.0/16 via 10.0.0.1 table 77 mtu 1400",
            "ip nexthop add id 5 via 10.0.0.1 dev eth1",
            "tc qdisc add dev wire clsact",
            "tc qdisc add dev wire root handle 7: htb")) {
      tryToRun(command);
    }
  }

  /** Each with a word that the difference must have. */
  private static final List<String[]> CHANGES =
      List.of(
          new String[] {"ip link set eth1 mtu 1400", "MTU: 1500 -> 1400"},
          new String[] {"ip link set eth1 address 02:00:00:00:00:02", "ADDRESS: 02:00:00:00:00:01"},
          new String[] {"ip link set eth1 alias x", "link eth1: IFALIAS: null -> x"},
          new String[] {"ip link set eth1 group 9", "GROUP: 0 -> 9"},
          new String[] {"ip link set eth2 master br0", "link eth2: MASTER: null -> br0"},
          new String[] {"ip link set eth2 promisc on", "link eth2: PROMISCUITY"},
          new String[] {"ip link set eth2 txqueuelen 77", "TXQLEN: 1000 -> 77"},
          new String[] {"ip link set eth2 addrgenmode none", "ADDR_GEN_MODE: 0 -> 1"},
          new String[] {"ip link property add dev eth1 altname other", "ALT_IFNAME: null -> other"},
          new String[] {"ip link add tap0 type veth peer name tap1", "+ link tap1"},
          new String[] {"ip link set br0 type bridge ageing_time 100", "AGEING_TIME: 30000 -> 100"},
          new String[] {
            "ip link set wire2 type bridge_slave hairpin on", "SLAVE_DATA/MODE: 0 -> 1"
          },
          new String[] {"bridge vlan add dev wire2 vid 7", "bridge vlans of wire2: VLAN_INFO"},
          new String[] {
            "bridge fdb add 02:00:00:00:00:77 dev wire2 master static", "LLADDR 02:00:00:00:00:77"
          },
          new String[] {"ip address add 10.0.0.6/24 dev eth1", "+ address LOCAL 10.0.0.6"},
          new String[] {"ip address del 10.0.0.6/24 dev eth1", "- address LOCAL 10.0.0.6"},
          new String[] {
            "ip address change 10.0.0.5/24 dev eth1 valid_lft 900 preferred_lft 800", "valid"
          },
          new String[] {"ip address add 2001:db8::6/64 dev eth1 nodad", "2001:db8:0:0:0:0:0:6"},
          new String[] {"ip route add 192.0.2.0/24 via 10.0.0.1", "+ route DST 192.0.2.0"},
          new String[] {
            "ip route change default via 10.0.0.2 dev eth1", "GATEWAY: 10.0.0.1 -> 10.0.0.2"
          },
          new String[] {
            "ip route change 10.9.0.0/16 via 10.0.0.1 table 77 mtu 1300",
            "METRICS/MTU: 1400 -> 1300"
          },
          new String[] {"ip -6 route add 2001:db8:9::/48 via 2001:db8::1", "2001:db8:9:0:0:0:0:0"},
          new String[] {"ip route add 198.51.100.0/25 nhid 5", "NH_ID=5"},
          new String[] {
            "ip route add 203.0.113.0/24 nexthop via 10.0.0.1 weight 3 nexthop via 10.0.0.2",
            "MULTIPATH/1/weight=2"
          },
          new String[] {"ip nexthop add id 6 via 10.0.0.2 dev eth1", "+ nexthop"},
          new String[] {"ip rule add from 192.0.2.1 lookup 77 priority 100", "+ rule PRIORITY 100"},
          new String[] {
            "ip neighbour add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth1",
            "+ neighbour DST 10.0.0.9"
          },
          new String[] {
            "ip neighbour add proxy 10.0.0.10 dev eth1", "+ proxy neighbour DST 10.0.0.10"
          },
          new String[] {
            "ip ntable change name arp_cache dev eth1 queue 7",
            "neighbour settings arp_cache of eth1"
          },
          new String[] {
            "tc qdisc replace dev eth1 root tbf rate 1mbit burst 10k latency 1s", "qdisc dev eth1"
          },
          new String[] {
            "tc class add dev wire classid 7:1 parent 7: htb rate 1mbit", "+ class dev wire"
          },
          new String[] {
            "tc filter add dev wire ingress protocol all matchall action ok", "+ filter dev wire"
          },
          new String[] {"sysctl -q -w net.ipv4.conf.eth1.proxy_arp=1", "AF_SPEC/INET/CONF"},
          new String[] {"sysctl -q -w net.ipv6.conf.eth1.disable_ipv6=1", "AF_SPEC/INET6/CONF"},
          new String[] {
            "sysctl -q -w net.ipv4.conf.all.arp_ignore=1", "ipv4/conf/all/arp_ignore: 0 -> 1"
          },
          new String[] {"sysctl -q -w net.ipv4.ip_forward=1", "ipv4/ip_forward: 0 -> 1"},
          new String[] {"ip link set wire down", "link wire: flags"},
          new String[] {"ip link set eth1 name eth9", "- link eth1"},
          new String[] {"ip link del eth2", "- link eth2"},
          new String[] {"nft add table inet mine", "nf_tables: rules"});

  /** What this kernel lacks, a user's command cannot change either. */
  private static boolean lacks(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("not supported")
        || message.contains("not found")
        || message.contains("Unknown qdisc")
        || message.contains("kind is unknown")
        || message.contains("No such file or directory");
  }

  @KernelTest
  void eachSortOfChangeIsSeen() throws Exception {
    reader.filters();
    List<String> unseen = new ArrayList<>();
    int seen = 0;
    host();
    HostState before = reader.readSettled();
    for (String[] change : CHANGES) {
      if (tryToRun(change[0])) {
        HostState after = reader.read();
        List<String> differences = before.differences(after);
        if (differences.stream().noneMatch(line -> line.contains(change[1]))) {
          unseen.add(change[0] + ": expected " + change[1] + " in " + differences);
        }
        before = after;
        seen++;
      } else {
        System.out.println("this kernel cannot: " + change[0]);
      }
    }
    assertEquals("", String.join("\n", unseen));
    assertTrue(seen >= CHANGES.size() / 2, seen + " of " + CHANGES.size() + " could be made here");
  }

  @KernelTest
  void nothingDiffersWhereNothingWasDone() throws Exception {
    host();
    run("ip address change 10.0.0.5/24 dev eth1 valid_lft 900 preferred_lft 800");
    HostState before = reader.readSettled();
    long start = System.nanoTime();
    while (System.nanoTime() - start < 1_500_000_000L) {
      before.assertUnchanged("waited", reader);
    }
  }

  @KernelTest
  void aLinkMadeAnewUnderTheSameNameIsSeen() throws Exception {
    run("ip link add eth1 address 02:00:00:00:00:01 type bridge");
    HostState before = reader.readSettled();
    run("ip link del eth1");
    run("ip link add eth1 address 02:00:00:00:00:01 type bridge");
    List<String> differences = before.differences(reader.read());
    assertTrue(differences.toString().contains("link eth1: index"), differences.toString());
  }

  @KernelTest
  void filesAreSeen(@TempDir Path folder) throws Exception {
    Path leases = folder.resolve("leases");
    reader.folder(leases);
    HostState none = reader.read();
    Files.createDirectory(leases);
    Files.writeString(leases.resolve("a"), "one");
    HostState one = reader.read();
    assertEquals(2, none.differences(one).size());
    Files.writeString(leases.resolve("a"), "two");
    assertEquals(
        List.of("~ file " + leases.resolve("a") + ": text: one -> two"),
        one.differences(reader.read()));
  }

  @KernelTest
  void rowsOfOpenVSwitchAreSeen(@TempDir Path folder) throws Exception {
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"))) {
      reader.ovs(ovs);
      ovs.vsctl("add-br br0 -- set bridge br0 datapath_type=netdev");
      HostState before = reader.readSettled();
      ovs.vsctl("add-port br0 p1 -- set interface p1 type=internal external_ids:iface-id=x");
      List<String> differences = before.differences(reader.readSettled());
      assertTrue(differences.toString().contains("+ ovs Port p1"), differences.toString());
      assertTrue(
          differences
              .toString()
              .contains("ovs Bridge br0: ports: [Port br0] -> [Port br0, Port p1]"),
          differences.toString());
      ovs.vsctl("del-port p1");
      before.assertUnchanged("a port added and deleted", reader);
    }
  }
}
