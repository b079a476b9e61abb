package io.fastvif.cni;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.netlink.netfilter.NftSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Our table of one family, with all rules that pods have in it: each has the id of its VIF as its
 * comment, and the table goes with its last rule. One thread at a time, always in the same
 * namespace.
 *
 * <p>The socket stays open: when one is closed, the kernel waits until all rules that were deleted
 * before are freed, some 13 ms ({@code nft_rcv_nl_event} in net/netfilter/nf_tables_api.c).
 */
final class PodRuleTable implements AutoCloseable {
  static final String NAME = "fastvif_cni";

  private static final String CHAIN = "pods";
  private static final String COMMENT = "fastvif";
  private static final int ATTEMPTS = 100;

  /** The handle of a rule that was added and not read since. */
  private static final long UNREAD = 0;

  private final int family;
  private final IntConsumer changed;
  private NftSocket socket;

  /** The handles of each VIF's rules, while the ruleset's generation is that; null if not known. */
  private Map<String, List<Long>> known;

  private boolean isThere;
  private int generation;

  /**
   * @param family such as NFPROTO_IPV4
   * @param changed told of the ruleset's generation before each change of this table's
   */
  PodRuleTable(int family, IntConsumer changed) {
    this.family = family;
    this.changed = changed;
  }

  /** Another table was changed by us in that generation of the ruleset: here all is as it was. */
  void passed(int before) {
    if (known != null && generation == before) {
      generation = before + 1;
    }
  }

  int family() {
    return family;
  }

  /** How many rules each VIF has, of those that have some. */
  Map<String, Integer> counts() throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    exchange(
        false,
        () -> {
          refresh();
          known.forEach((vifId, handles) -> counts.put(vifId, handles.size()));
          return true;
        });
    return counts;
  }

  /**
   * Gives VIFs these rules instead of those that they have: all of them, or none.
   *
   * @param wanted the rules of each, none to take its away
   * @return the VIFs whose rules were taken away
   */
  Set<String> replace(Map<String, List<PodRule>> wanted) throws IOException {
    boolean isNeeded = wanted.values().stream().anyMatch(rules -> !rules.isEmpty());
    Set<String> gone = new HashSet<>();
    exchange(isNeeded, () -> replace(wanted, isNeeded, gone));
    return gone;
  }

  /** One attempt; false if somebody else has changed something meanwhile. */
  private boolean replace(Map<String, List<PodRule>> wanted, boolean isAdding, Set<String> gone)
      throws IOException {
    refresh();
    gone.clear();
    gone.addAll(wanted.keySet());
    gone.retainAll(known.keySet());
    if (gone.isEmpty() && !isAdding) {
      return true;
    }
    if (gone.stream().anyMatch(vifId -> known.get(vifId).contains(UNREAD))) {
      read();
    }
    Map<String, List<Long>> left = new HashMap<>(known);
    left.keySet().removeAll(gone);
    boolean isEmptied = left.isEmpty() && !isAdding;
    encode(socket.begin(generation), wanted, gone, isEmptied);
    wanted.forEach(
        (vifId, rules) -> {
          if (!rules.isEmpty()) {
            left.put(vifId, Collections.nCopies(rules.size(), UNREAD));
          }
        });
    known = null;
    String[] why = {""};
    int errno = socket.commit((sequence, code, message) -> why[0] = message == null ? "" : message);
    if (errno == Errno.ERESTART) {
      return false;
    }
    if (errno != 0) {
      throw new IOException(
          "nf_tables: " + Errno.name(errno) + " (" + Errno.message(errno) + ") " + why[0]);
    }
    changed.accept(generation);
    // The kernel takes a change for one generation only; whoever changes something next is seen.
    generation++;
    known = left;
    isThere = !isEmptied;
    return true;
  }

  private void encode(
      NftRequest batch, Map<String, List<PodRule>> wanted, Set<String> gone, boolean isEmptied) {
    if (isEmptied) {
      batch.deleteTable(NAME);
      return;
    }
    batch.addTable(NAME, COMMENT);
    if (!isThere) {
      if (family == PodRule.NFPROTO_BRIDGE) {
        batch.addBridgeInputChain(NAME, CHAIN, COMMENT);
      } else {
        batch.addSourceNatChain(NAME, CHAIN, COMMENT);
      }
    }
    for (String vifId : gone) {
      known.get(vifId).forEach(handle -> batch.deleteRule(NAME, CHAIN, handle));
    }
    wanted.forEach(
        (vifId, rules) -> {
          for (PodRule rule : rules) {
            batch.rule(NAME, CHAIN, 0, vifId);
            rule.body().accept(batch);
            batch.end();
          }
        });
  }

  /** Makes sure that what is known is what the kernel has. */
  private void refresh() {
    if (known == null || generation != socket.generation()) {
      read();
    }
  }

  private void read() {
    generation = socket.generation();
    isThere = socket.chain(NAME, CHAIN).isPresent();
    Map<String, List<Long>> read = new HashMap<>();
    if (isThere) {
      for (NftRule rule : socket.rules(NAME, CHAIN)) {
        read.computeIfAbsent(rule.comment(), vifId -> new ArrayList<>()).add(rule.handle());
      }
    }
    known = read;
  }

  /** A question or a change; false to try again. */
  private interface Exchange {
    boolean attempt() throws IOException;
  }

  /**
   * @param isNeeded whether it is an error that the kernel has no nf_tables; otherwise there are no
   *     rules
   */
  private void exchange(boolean isNeeded, Exchange exchange) throws IOException {
    boolean isAnswered = false;
    try {
      if (socket == null) {
        socket = NftSocket.open(family);
      }
      int attempts = 0;
      while (!exchange.attempt()) {
        if (++attempts == ATTEMPTS) {
          throw new IOException("nf_tables: others keep changing it");
        }
      }
      isAnswered = true;
    } catch (SystemCallException refused) {
      if (refused.errno() != Errno.EPROTONOSUPPORT && refused.errno() != Errno.EAFNOSUPPORT) {
        throw new IOException(refused.getMessage(), refused);
      }
      if (isNeeded) {
        throw new IOException("this kernel has no nf_tables", refused);
      }
    } finally {
      if (!isAnswered) {
        close(); // what is on its way is not to be taken for another answer
      }
    }
  }

  @Override
  public void close() {
    known = null;
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }
}
