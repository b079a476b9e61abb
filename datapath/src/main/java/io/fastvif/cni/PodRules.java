package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.NFPROTO_IPV4;
import static io.fastvif.bindings.linux.linux_h.NFT_META_IIFNAME;
import static io.fastvif.bindings.linux.linux_h.NFT_PAYLOAD_NETWORK_HEADER;
import static io.fastvif.bindings.linux.linux_h.NF_DROP;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.netlink.netfilter.NftSocket;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Rules of nf_tables for pods, in tables of our own: masquerading, and the check of source MAC
 * addresses. Each has the id of its VIF as its comment, and a table goes with its last rule. All
 * methods work in the namespace of the calling thread.
 */
final class PodRules {
  static final String TABLE = "fastvif_cni";

  /** Of linux/netfilter.h and linux/netfilter/nf_tables.h; the bindings have them not. */
  private static final int NFPROTO_BRIDGE = 7;

  private static final int NFPROTO_IPV6 = 10;

  private static final int NFT_PAYLOAD_LL_HEADER = 0;

  private static final String CHAIN = "pods";
  private static final String COMMENT = "fastvif";
  private static final int IPV4_SOURCE = 12;
  private static final int IPV4_DESTINATION = 16;
  private static final int IPV6_SOURCE = 8;
  private static final int IPV6_DESTINATION = 24;
  private static final int ETHERNET_SOURCE = 6;
  private static final int ATTEMPTS = 100;
  private static final List<Integer> FAMILIES = List.of(NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_BRIDGE);

  /** One change at a time: the kernel refuses those that were begun before another's end. */
  private static final Object LOCK = new Object();

  private PodRules() {}

  /**
   * Packets from the pod to elsewhere than its subnet get the host's address. Equivalent to {@code
   * nft add rule ip fastvif_cni pods ip saddr ADDRESS ip daddr != SUBNET ip daddr != 224.0.0.0/4
   * masquerade}.
   */
  static void masquerade(String vifId, Cidr pod) throws IOException {
    boolean isIpv4 = pod.isIpv4();
    int to = isIpv4 ? IPV4_DESTINATION : IPV6_DESTINATION;
    Cidr multicast = Cidr.parse("", isIpv4 ? "224.0.0.0/4" : "ff00::/8");
    add(
        isIpv4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
        batch -> {
          NftRequest rule = batch.rule(TABLE, CHAIN, 0, vifId);
          bytes(rule, isIpv4 ? IPV4_SOURCE : IPV6_SOURCE, Cidr.host(pod.address()), true);
          bytes(rule, to, pod.network(), false);
          bytes(rule, to, multicast, false);
          rule.masquerade().end();
        });
  }

  private static void bytes(NftRequest rule, int offset, Cidr network, boolean isEqual) {
    InetAddress address = network.network().address();
    byte[] mask = network.length() == network.bits() ? null : network.mask();
    rule.packetBytes(NFT_PAYLOAD_NETWORK_HEADER, offset, address.getAddress(), mask, isEqual);
  }

  /**
   * Drops frames from a port with another source than the pod's. Equivalent to {@code nft add rule
   * bridge fastvif_cni pods iifname PORT ether saddr != MAC drop}.
   */
  static void checkSource(String vifId, String port, MacAddress mac) throws IOException {
    byte[] address =
        Arrays.copyOfRange(
            ByteBuffer.allocate(Long.BYTES).putLong(mac.value()).array(), 2, Long.BYTES);
    add(
        NFPROTO_BRIDGE,
        batch ->
            batch
                .rule(TABLE, CHAIN, 0, vifId)
                .link(NFT_META_IIFNAME, port)
                .packetBytes(NFT_PAYLOAD_LL_HEADER, ETHERNET_SOURCE, address, null, false)
                .verdict(NF_DROP, "")
                .end());
  }

  private static void add(int family, Consumer<NftRequest> rule) throws IOException {
    change(
        family,
        true,
        (socket, generation) -> {
          NftRequest batch = socket.begin(generation);
          batch.addTable(TABLE, COMMENT);
          if (socket.chain(TABLE, CHAIN).isEmpty()) {
            if (family == NFPROTO_BRIDGE) {
              batch.addBridgeInputChain(TABLE, CHAIN, COMMENT);
            } else {
              batch.addSourceNatChain(TABLE, CHAIN, COMMENT);
            }
          }
          rule.accept(batch);
          return true;
        });
  }

  /** How many rules a VIF has. */
  static int count(String vifId) throws IOException {
    int count = 0;
    for (NftRule rule : all()) {
      count += rule.comment().equals(vifId) ? 1 : 0;
    }
    return count;
  }

  /** The ids of the VIFs that have rules. */
  static Set<String> vifIds() throws IOException {
    Set<String> ids = new HashSet<>();
    all().forEach(rule -> ids.add(rule.comment()));
    return ids;
  }

  private static List<NftRule> all() throws IOException {
    List<NftRule> rules = new ArrayList<>();
    for (int family : FAMILIES) {
      change(
          family,
          false,
          (socket, generation) -> {
            if (socket.chain(TABLE, CHAIN).isPresent()) {
              rules.addAll(socket.rules(TABLE, CHAIN));
            }
            return false;
          });
    }
    return rules;
  }

  /** Takes away the rules of VIFs whose ids are so; whether there were any. */
  static boolean remove(Predicate<String> isGone) throws IOException {
    boolean[] any = new boolean[1];
    for (int family : FAMILIES) {
      change(
          family,
          false,
          (socket, generation) -> {
            if (socket.chain(TABLE, CHAIN).isEmpty()) {
              return false;
            }
            List<NftRule> rules = socket.rules(TABLE, CHAIN);
            List<NftRule> gone =
                rules.stream().filter(rule -> isGone.test(rule.comment())).toList();
            if (gone.isEmpty()) {
              return false;
            }
            any[0] = true;
            NftRequest batch = socket.begin(generation);
            if (gone.size() == rules.size()) {
              batch.deleteTable(TABLE);
            } else {
              gone.forEach(rule -> batch.deleteRule(TABLE, CHAIN, rule.handle()));
            }
            return true;
          });
    }
    return any[0];
  }

  /** Reads, and begins a batch; false if there is nothing to change. */
  private interface Change {
    /** Does so. */
    boolean begin(NftSocket socket, int generation);
  }

  private static void change(int family, boolean isNeeded, Change change) throws IOException {
    synchronized (LOCK) {
      try (NftSocket socket = NftSocket.open(family)) {
        for (int i = 0; i < ATTEMPTS; i++) {
          String[] why = {""};
          if (!change.begin(socket, socket.generation())) {
            return;
          }
          int errno =
              socket.commit((sequence, code, message) -> why[0] = message == null ? "" : message);
          if (errno == 0) {
            return;
          }
          if (errno != Errno.ERESTART) { // somebody else has changed something meanwhile
            throw new IOException(
                "nf_tables: " + Errno.name(errno) + " (" + Errno.message(errno) + ") " + why[0]);
          }
        }
        throw new IOException("nf_tables: others keep changing it");
      } catch (SystemCallException refused) {
        if (refused.errno() != Errno.EPROTONOSUPPORT && refused.errno() != Errno.EAFNOSUPPORT) {
          throw new IOException(refused.getMessage(), refused);
        }
        if (isNeeded) {
          throw new IOException("this kernel has no nf_tables", refused);
        }
        // then there are no rules either
      }
    }
  }
}
