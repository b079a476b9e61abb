package io.fastvif.engine.filter;

import io.fastvif.netlink.netfilter.NftRule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the rules come to by one batch, told by the kernel with the handles that it has given: so
 * that not all rules have to be read again after each. Only of batches that add rules to the ends
 * of fastvif's chains and delete rules from them; what other batches do is read.
 */
final class ForwardingChange {
  private final ForwardingTables before;
  private final Set<Long> deleted = new HashSet<>();
  private final Set<Long> deletedMarks = new HashSet<>();

  /** By the sequence numbers of the messages that ask for them; null until they are made. */
  private final Map<Integer, OwnRule> appended = new LinkedHashMap<>();

  private final Map<Integer, OwnRule> marked = new LinkedHashMap<>();
  private int generation = KnownTables.UNTOLD;
  private boolean isMore;

  ForwardingChange(ForwardingTables before) {
    this.before = before;
  }

  /** Tables, chains or the rules of FORWARD change too. */
  void ofMore() {
    isMore = true;
  }

  /** That message asks for a rule at the end of fastvif's chain. */
  void appends(int sequence) {
    appended.put(sequence, null);
  }

  /** That message asks for a rule at the end of the VIFs' chain. */
  void marks(int sequence) {
    marked.put(sequence, null);
  }

  /** A rule of fastvif's chain goes. */
  void deletes(NftRule rule) {
    deleted.add(rule.handle());
  }

  /** A rule of the VIFs' chain goes. */
  void deletesMark(NftRule mark) {
    deletedMarks.add(mark.handle());
  }

  /** The kernel has made a rule. */
  void made(int sequence, NftRule rule) {
    OwnRule read = OwnRule.of(rule);
    appended.replace(sequence, null, read);
    marked.replace(sequence, null, read);
  }

  /** The kernel has done all. */
  void committed(int now) {
    generation = now;
  }

  /** What there is then; empty if the kernel has not told all of it, or more is changed. */
  Optional<ForwardingTables> after() {
    boolean isWhole =
        !isMore
            && generation != KnownTables.UNTOLD
            && before.chain().isPresent()
            && !appended.containsValue(null)
            && !marked.containsValue(null);
    if (!isWhole) {
      return Optional.empty();
    }
    return Optional.of(
        new ForwardingTables(
            generation,
            before.table(),
            before.forward(),
            before.forwardRules(),
            before.chain().map(chain -> chain.with(appended.size() - deleted.size())),
            changed(before.rules(), deleted, appended),
            before.own(),
            changed(before.marks(), deletedMarks, marked)));
  }

  private static List<OwnRule> changed(
      List<OwnRule> rules, Set<Long> without, Map<Integer, OwnRule> more) {
    List<OwnRule> all = new ArrayList<>(rules.size() + more.size());
    for (OwnRule rule : rules) {
      if (!without.contains(rule.handle())) {
        all.add(rule);
      }
    }
    all.addAll(more.values());
    return List.copyOf(all);
  }
}
