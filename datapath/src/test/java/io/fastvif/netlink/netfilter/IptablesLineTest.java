package io.fastvif.netlink.netfilter;

import static io.fastvif.bindings.linux.linux_h.NFPROTO_IPV4;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.util.List;

/** iptables' own rules, read from the kernel, are said as iptables-save says them. */
class IptablesLineTest {
  private final Peer iptables = Peer.require("iptables-nft", "iptables");
  private final Peer save = Peer.require("iptables-nft-save", "iptables");

  @KernelTest
  void linesAreThoseOfIptablesSave() throws Exception {
    iptables.run("-N other-chain");
    for (String rule :
        List.of(
            "-i eth0 -j DROP",
            "-i br0 -o br1 -j ACCEPT",
            "-i tap+ ! -o eth+ -j RETURN",
            "-s 10.1.2.3 -j other-chain",
            "-s 10.0.0.0/8 -d 192.0.2.0/25 -i fifteen-bytes-0 -j DROP",
            "! -s 172.16.0.0/12 -p tcp -j ACCEPT",
            "-p udp -j DROP",
            "-p icmp -g other-chain",
            "-m comment --comment keep-on_top1 -j ACCEPT",
            "-m comment --comment a:b.c -j ACCEPT",
            "-o eth1")) {
      iptables.run("-c 3 456 -A FORWARD " + rule);
    }
    iptables.run(
        List.of("-A", "FORWARD", "-m", "comment", "--comment", "say \"so\" \\ now", "-j", "DROP"));
    List<String> expected =
        save.run("-c -t filter").lines().filter(line -> line.contains("-A FORWARD")).toList();
    try (NftSocket socket = NftSocket.open(NFPROTO_IPV4)) {
      List<IptablesLine> lines =
          socket.rules("filter", "FORWARD").stream().map(IptablesLine::of).toList();
      assertEquals(
          String.join("\n", expected),
          String.join("\n", lines.stream().map(IptablesLine::text).toList()));
      assertEquals(List.of(), lines.stream().filter(line -> !line.isWhole()).toList());
    }
  }

  @KernelTest
  void whatCannotBeSaidIsKnown() throws Exception {
    iptables.run("-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT");
    iptables.run("-A FORWARD -i br0 -j REJECT");
    iptables.run("-A FORWARD -p 89 -j DROP");
    try (NftSocket socket = NftSocket.open(NFPROTO_IPV4)) {
      assertEquals(
          List.of(
              new IptablesLine("[0:0] -A FORWARD -m conntrack -j ACCEPT", false),
              new IptablesLine("[0:0] -A FORWARD -i br0 -j REJECT", false),
              new IptablesLine("[0:0] -A FORWARD -p 89 -j DROP", false)),
          socket.rules("filter", "FORWARD").stream().map(IptablesLine::of).toList());
      assertEquals(List.of(), socket.rules("filter", "none"));
      assertEquals(List.of(), socket.rules("none", "none"));
      assertEquals(true, socket.chain("filter", "FORWARD").orElseThrow().isIptablesForward());
      assertEquals(true, socket.chain("filter", "none").isEmpty());
      assertEquals(true, socket.table("none").isEmpty());
    }
  }
}
