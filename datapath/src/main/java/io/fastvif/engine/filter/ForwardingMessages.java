package io.fastvif.engine.filter;

import static io.fastvif.bindings.linux.linux_h.NFT_JUMP;
import static io.fastvif.bindings.linux.linux_h.NFT_META_IIFNAME;
import static io.fastvif.bindings.linux.linux_h.NFT_RETURN;
import static io.fastvif.bindings.linux.linux_h.NF_ACCEPT;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.netfilter.IptablesLine;
import io.fastvif.netlink.netfilter.NftChain;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.ForwardingRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Writes what makes the rules that there are into those that are wanted, and learns what of it the
 * kernel refused, or made of it. Nothing of others is touched: what is deleted bears fastvif's
 * comment, and a chain or table only goes when nothing else is in it and nobody else jumps to it.
 */
final class ForwardingMessages implements NftExchange.CommitHandler {
  private static final long AT_BEGINNING = -1;
  private static final long AT_END = 0;

  private final ForwardingTables present;
  private final ForwardingWish wish;
  private final NftRequest request;

  /** The bridges that messages are about; others are about all. */
  private final Int2ObjectHashMap<String> bridges = new Int2ObjectHashMap<>();

  private final Map<String, String> refused = new HashMap<>();
  private boolean allRefused;
  private String detail = "";
  private final ForwardingChange change;

  ForwardingMessages(ForwardingTables present, ForwardingWish wish, NftRequest request) {
    this.present = present;
    this.wish = wish;
    this.request = request;
    change = new ForwardingChange(present);
  }

  /** Writes all messages of the batch. */
  void write() {
    Map<String, List<OwnRule>> before = present.byBridge();
    Set<String> changed = new LinkedHashSet<>();
    for (String bridge : wish.touched()) {
      List<OwnRule> had = before.getOrDefault(bridge, List.of());
      if (!OwnRule.inWords(had).equals(wish.rules().getOrDefault(bridge, List.of()))) {
        changed.add(bridge);
      }
    }
    boolean adds = changed.stream().anyMatch(bridge -> wish.rules().containsKey(bridge));
    if (adds || (!wish.isEmpty() && present.jumps().isEmpty())) {
      makeChains(adds);
    }
    for (String bridge : changed) {
      for (OwnRule rule : before.getOrDefault(bridge, List.of())) {
        delete(ForwardingTables.CHAIN, rule.rule(), bridge);
      }
    }
    for (String bridge : changed) {
      wish.rules().getOrDefault(bridge, List.of()).forEach(rule -> append(bridge, rule));
    }
    writeMarks();
    if (wish.isEmpty()) {
      removeChains();
    }
  }

  /** Makes what is missing of iptables' table, and brings the jump where os-vif has its own. */
  private void makeChains(boolean isMoved) {
    if (present.table().isEmpty()) {
      request.addTable(ForwardingTables.TABLE, ForwardingTables.COMMENT);
    }
    if (present.forward().isEmpty()) {
      request.createForwardChain(
          ForwardingTables.TABLE, ForwardingTables.FORWARD, ForwardingTables.COMMENT);
    }
    if (present.chain().isEmpty()) {
      request.createChain(ForwardingTables.TABLE, ForwardingTables.CHAIN, ForwardingTables.COMMENT);
    }
    if (present.table().isEmpty() || present.forward().isEmpty() || present.chain().isEmpty()) {
      change.ofMore();
    }
    List<NftRule> jumps = present.jumps();
    long after = placeOfJump(present.forwardRules(), wish.top());
    boolean inPlace = jumps.size() == 1 && isBehind(jumps.getFirst(), after);
    if (jumps.isEmpty() || (isMoved && !inPlace)) {
      change.ofMore();
      request.rule(
          ForwardingTables.TABLE, ForwardingTables.FORWARD, after, ForwardingTables.COMMENT);
      request.counter();
      request.verdict(NFT_JUMP, ForwardingTables.CHAIN);
      request.end();
      jumps.forEach(jump -> delete(ForwardingTables.FORWARD, jump, null));
    }
  }

  /** The handle of the last rule that the jump is to stand behind; at the beginning if of none. */
  private static long placeOfJump(List<NftRule> rules, Pattern top) {
    long after = AT_BEGINNING;
    if (top != null) {
      for (NftRule rule : rules) {
        if (!ForwardingTables.isJump(rule) && top.matcher(IptablesLine.of(rule).text()).find()) {
          after = rule.handle();
        }
      }
    }
    return after;
  }

  private boolean isBehind(NftRule jump, long after) {
    int place = present.forwardRules().indexOf(jump);
    return place == 0
        ? after == AT_BEGINNING
        : present.forwardRules().get(place - 1).handle() == after;
  }

  private void append(String bridge, ForwardingRule rule) {
    ForwardingRules.append(
        request, ForwardingTables.TABLE, ForwardingTables.CHAIN, rule, Aliases.of(bridge));
    bridges.put(request.sequence(), bridge);
    change.appends(request.sequence());
  }

  private void delete(String chain, NftRule rule, String bridge) {
    request.deleteRule(ForwardingTables.TABLE, chain, rule.handle());
    change.deletes(rule);
    if (bridge != null) {
      bridges.put(request.sequence(), bridge);
    }
  }

  /** Keeps the VIFs' own table in step. */
  private void writeMarks() {
    Set<List<String>> marked = new HashSet<>();
    List<OwnRule> unwanted = new ArrayList<>();
    for (OwnRule mark : present.marks()) {
      String bridge = mark.markedBridge();
      if (!wish.touched().contains(bridge)) {
        continue;
      }
      if (wish.isWanted(bridge, mark.owner())) {
        marked.add(List.of(bridge, mark.owner()));
      } else {
        unwanted.add(mark);
      }
    }
    boolean noneElse = unwanted.size() == present.marks().size();
    if (wish.vifs().isEmpty()) {
      if (noneElse && isOurs()) {
        request.deleteTable(ForwardingTables.OWN_TABLE);
        change.ofMore();
        return;
      }
    } else if (present.own().isEmpty()) {
      change.ofMore();
      request.addTable(ForwardingTables.OWN_TABLE, ForwardingTables.COMMENT);
      request.createChain(
          ForwardingTables.OWN_TABLE, ForwardingTables.VIFS, ForwardingTables.COMMENT);
    }
    for (OwnRule mark : unwanted) {
      request.deleteRule(ForwardingTables.OWN_TABLE, ForwardingTables.VIFS, mark.handle());
      change.deletesMark(mark.rule());
    }
    for (String bridge : wish.touched()) {
      for (String vifId : wish.vifs().getOrDefault(bridge, Set.of())) {
        if (!marked.contains(List.of(bridge, vifId))) {
          mark(bridge, vifId);
        }
      }
    }
  }

  /** Whether the VIFs' table is the one that fastvif made, with its one chain. */
  private boolean isOurs() {
    return present.own().isPresent()
        && present.own().get().users() <= 1
        && present.own().get().comment().equals(ForwardingTables.COMMENT);
  }

  private void mark(String bridge, String vifId) {
    request.rule(ForwardingTables.OWN_TABLE, ForwardingTables.VIFS, AT_END, Aliases.of(vifId));
    request.link(NFT_META_IIFNAME, bridge);
    request.verdict(NFT_RETURN, "");
    request.end();
    bridges.put(request.sequence(), bridge);
    change.marks(request.sequence());
  }

  /** Removes the jump and fastvif's chain, and of iptables' table what fastvif made. */
  private void removeChains() {
    List<NftRule> jumps = present.jumps();
    long ours = present.rules().stream().filter(OwnRule::isOwn).count();
    boolean isLeft =
        present.chain().isEmpty()
            || present.rules().size() > ours
            || present.chain().get().users() > ours + jumps.size();
    if (isLeft) {
      return;
    }
    change.ofMore();
    jumps.forEach(jump -> delete(ForwardingTables.FORWARD, jump, null));
    request.deleteChain(ForwardingTables.TABLE, ForwardingTables.CHAIN);
    NftChain forward = present.forward().orElse(null);
    boolean isUntouched =
        forward != null
            && forward.comment().equals(ForwardingTables.COMMENT)
            && forward.policy() == NF_ACCEPT
            && present.forwardRules().size() == jumps.size();
    if (isUntouched) {
      request.deleteChain(ForwardingTables.TABLE, ForwardingTables.FORWARD);
      boolean isEmptied =
          present.table().get().comment().equals(ForwardingTables.COMMENT)
              && present.table().get().users() == 2;
      if (isEmptied) {
        request.deleteTable(ForwardingTables.TABLE);
      }
    }
  }

  @Override
  public void refused(int sequence, int errno, String message) {
    String words = Errno.name(errno) + (message == null ? "" : ": " + message);
    String bridge = bridges.get(sequence);
    if (bridge == null) {
      allRefused = true;
      detail = words;
    } else {
      refused.putIfAbsent(bridge, words);
    }
  }

  @Override
  public void made(int sequence, NftRule rule) {
    change.made(sequence, rule);
  }

  @Override
  public void committed(int generation) {
    change.committed(generation);
  }

  /** What the kernel has after the batch, if it has told all of it. */
  Optional<ForwardingTables> after() {
    return change.after();
  }

  /**
   * Why a step on that bridge failed, given that the batch did; null if it was another's message.
   */
  String refusalOf(String bridge) {
    String own = refused.get(bridge);
    return own != null ? own : allRefused || refused.isEmpty() ? detail : null;
  }
}
