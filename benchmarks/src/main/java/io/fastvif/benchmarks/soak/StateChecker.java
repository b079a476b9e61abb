package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.soak.Links.Link;
import io.fastvif.benchmarks.soak.Violation.Rule;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/** Compares what the kernel has with what was acknowledged. */
final class StateChecker {
  /** Group numbers above this are the engine's own, for the time of a deletion. */
  private static final int PRIVATE_GROUPS = 0x4000_0000;

  private final List<SoakVif> vifs;
  private final Link foreign;

  /**
   * @param foreign somebody else's device as it was at the start, and must stay
   */
  StateChecker(List<SoakVif> vifs, Link foreign) {
    this.vifs = vifs;
    this.foreign = foreign;
  }

  /** What is wrong with these links, read while nobody changes any. */
  List<Violation> check(Links links) {
    List<Violation> found = new ArrayList<>();
    Map<String, List<Link>> byAlias = new HashMap<>();
    Map<String, Link> byName = new HashMap<>();
    for (Link link : links.all()) {
      byName.put(link.name(), link);
      byAlias.computeIfAbsent(link.alias(), alias -> new ArrayList<>()).add(link);
      if (link.group() >= PRIVATE_GROUPS) {
        found.add(Violation.of(Rule.GROUPS, link.name(), "a group of its own", link));
      }
    }
    Set<Integer> accounted = checkOthers(byName, found);
    for (SoakVif vif : vifs) {
      List<Link> own = byAlias.getOrDefault(Aliases.of(vif.id()), List.of());
      Link peer = byName.get(vif.peerName());
      List<VifState> possible = vif.possible();
      if (!possible.isEmpty()
          && possible.stream().noneMatch(state -> isAsKnown(state, own, peer, links::name))) {
        String found1 = own + (peer == null ? "" : " and " + peer);
        found.add(Violation.of(Rule.ACKNOWLEDGED_STATE, vif, possible, found1));
      }
      own.forEach(link -> accounted.add(link.index()));
      if (peer != null) {
        accounted.add(peer.index());
        if (own.isEmpty() && !vif.isToldLeftBehind(vif.name())) {
          found.add(Violation.of(Rule.DEVICES, vif, "no peer without its port", peer));
        }
      }
    }
    for (Link link : links.all()) {
      if (!accounted.contains(link.index())
          && vifs.stream().noneMatch(vif -> vif.isToldLeftBehind(link.name()))) {
        found.add(leftBehind(link));
      }
    }
    return found;
  }

  /**
   * What is wrong with a VIF that is claimed and in a certain state, as a planner sees it; null if
   * nothing is. A later operation could mend it before anybody else looks.
   */
  static Violation check(SoakVif vif, VifState state, HostSnapshot host) {
    List<Link> own = host.linksOf(vif.id()).stream().map(Link::of).toList();
    Link peer = host.link(vif.peerName()).map(Link::of).orElse(null);
    IntFunction<String> names = index -> host.link(index).map(LinkState::name).orElse("");
    return isAsKnown(state, own, peer, names)
        ? null
        : Violation.of(Rule.ACKNOWLEDGED_STATE, vif, state, own);
  }

  /** Checks the links that no VIF owns; returns their indexes. */
  private Set<Integer> checkOthers(Map<String, Link> byName, List<Violation> found) {
    Set<Integer> accounted = new HashSet<>();
    List<String> names = new ArrayList<>(List.of("lo"));
    for (int i = 0; i < SoakOptions.BRIDGES; i++) {
      names.add(OperationChooser.bridge(i));
    }
    for (String name : names) {
      Link link = byName.get(name);
      if (link == null) {
        found.add(Violation.of(Rule.DEVICES, name, "it is there", "it is not"));
      } else {
        accounted.add(link.index());
        if (link.group() != 0) {
          found.add(Violation.of(Rule.GROUPS, name, "group 0", link));
        }
      }
    }
    Link now = byName.get(foreign.name());
    if (!foreign.equals(now)) {
      found.add(Violation.of(Rule.DEVICES, "somebody else's " + foreign.name(), foreign, now));
    }
    if (now != null) {
      accounted.add(now.index());
    }
    return accounted;
  }

  private Violation leftBehind(Link link) {
    for (SoakVif vif : vifs) {
      if (link.name().equals(vif.name()) || link.name().equals(OperationChooser.newBridge(vif))) {
        return Violation.of(Rule.DEVICES, vif, "no device without its alias", link);
      }
    }
    return Violation.of(Rule.DEVICES, link.name(), "no such device", link);
  }

  private static boolean isAsKnown(
      VifState state, List<Link> own, Link peer, IntFunction<String> names) {
    if (!state.isPresent()) {
      return own.isEmpty() && peer == null;
    }
    if (own.size() != 1 || (peer == null) != (state.peer() == null)) {
      return false;
    }
    Link link = own.getFirst();
    return link.name().equals(state.name())
        && link.kind().equals(state.kind())
        && names.apply(link.master()).equals(state.bridge())
        && link.mtu() == state.mtu()
        && link.address() == state.address()
        && link.up() == state.up()
        && link.group() == state.group()
        && (peer == null || (peer.group() == 0 && peer.master() == 0 && peer.up()));
  }
}
