package io.fastvif.plugin.bridge;

import io.fastvif.plan.AddressGeneration;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plugin.PlanBuilder;
import io.fastvif.vif.MacAddress;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How somebody else's bridge was before an uplink's addresses moved to it. While they move, the
 * bridge bears it as an alternative name, with the uplink's index, so that a move that is broken
 * off can be ended by whoever comes next to the bridge, and taken back whole: {@code
 * fastvif-br0-had-fe163e000001-g0-d0-u1-r1-i3}. A bridge that was made for the move bears {@code
 * fastvif-br0-new-i3} meanwhile.
 *
 * @param address its MAC address
 * @param generation how its own IPv6 addresses are made
 * @param isIpv6Disabled whether it has no IPv6
 * @param isUp whether it is up
 * @param acceptRa its {@code accept_ra}; -1 if it has no IPv6
 */
record FormerBridge(
    MacAddress address,
    AddressGeneration generation,
    boolean isIpv6Disabled,
    boolean isUp,
    int acceptRa) {
  private static final Pattern MARK =
      Pattern.compile(
          "fastvif-.+-(?:new|had-([0-9a-f]{12})-g([0-3])-d([01])-u([01])-r(-?[0-9]{1,9}))"
              + "-i([0-9]{1,9})");
  private static final int UPLINK_GROUP = 6;
  private static final int HEXADECIMAL = 16;

  /** As it is now. */
  static FormerBridge now(LinkState bridge, int acceptRa) {
    return new FormerBridge(
        bridge.address(), bridge.addressGeneration(), bridge.ipv6Disabled(), bridge.up(), acceptRa);
  }

  /** The indexes of the uplinks of which moves to a bridge were broken off. */
  static Set<Integer> uplinks(LinkState bridge) {
    Set<Integer> uplinks = new TreeSet<>();
    for (String name : bridge.altnames()) {
      Matcher mark = MARK.matcher(name);
      if (mark.matches()) {
        uplinks.add(Integer.parseInt(mark.group(UPLINK_GROUP)));
      }
    }
    return uplinks;
  }

  private static List<String> marks(LinkState bridge, int uplink) {
    return bridge.altnames().stream()
        .filter(name -> MARK.matcher(name).matches() && name.endsWith("-i" + uplink))
        .toList();
  }

  /** As the mark of a move says; empty if it has none, or was made for the move. */
  static Optional<FormerBridge> marked(LinkState bridge, int uplink) {
    return marks(bridge, uplink).stream().flatMap(name -> parse(name).stream()).findFirst();
  }

  private static Optional<FormerBridge> parse(String name) {
    Matcher mark = MARK.matcher(name);
    if (!mark.matches() || mark.group(1) == null) {
      return Optional.empty();
    }
    return Optional.of(
        new FormerBridge(
            new MacAddress(Long.parseLong(mark.group(1), HEXADECIMAL)),
            AddressGeneration.of(Integer.parseInt(mark.group(2))),
            mark.group(3).equals("1"),
            mark.group(4).equals("1"),
            Integer.parseInt(mark.group(5))));
  }

  private String mark(String bridge, int uplink) {
    return String.format(
        Locale.ROOT,
        "fastvif-%s-had-%012x-g%d-d%d-u%d-r%d-i%d",
        bridge,
        address.value(),
        generation.number(),
        isIpv6Disabled ? 1 : 0,
        isUp ? 1 : 0,
        acceptRa,
        uplink);
  }

  private static String markOfNew(String bridge, int uplink) {
    return "fastvif-" + bridge + "-new-i" + uplink;
  }

  /** Marks a bridge that the plan makes; the way back takes the mark off. */
  static void addToNew(PlanBuilder plan, String bridge, int uplink) {
    String mark = markOfNew(bridge, uplink);
    plan.add(
        PlannedStep.shared(
            new NetlinkStep.AddAltname(bridge, 0, mark, true),
            new NetlinkStep.DeleteAltname(bridge, 0, mark)));
  }

  /** Takes the mark off a bridge that the plan makes; the way back gives it again. */
  static void deleteFromNew(PlanBuilder plan, String bridge, int uplink) {
    delete(plan, bridge, 0, markOfNew(bridge, uplink));
  }

  /** Marks the bridge; the way back takes the mark off. */
  void add(PlanBuilder plan, LinkState bridge, int uplink) {
    String mark = mark(bridge.name(), uplink);
    plan.add(
        PlannedStep.shared(
            new NetlinkStep.AddAltname(bridge.name(), bridge.index(), mark, true),
            new NetlinkStep.DeleteAltname(bridge.name(), bridge.index(), mark)));
  }

  /** Takes the mark off; the way back gives it again. */
  void delete(PlanBuilder plan, LinkState bridge, int uplink) {
    if (marks(bridge, uplink).isEmpty()) {
      delete(plan, bridge.name(), bridge.index(), mark(bridge.name(), uplink));
    }
    deleteMarks(plan, bridge, uplink);
  }

  /** Takes all marks of an uplink's moves off that the bridge bears; the way back gives them. */
  static void deleteMarks(PlanBuilder plan, LinkState bridge, int uplink) {
    marks(bridge, uplink).forEach(mark -> delete(plan, bridge.name(), bridge.index(), mark));
  }

  private static void delete(PlanBuilder plan, String bridge, int index, String mark) {
    plan.add(
        PlannedStep.shared(
            new NetlinkStep.DeleteAltname(bridge, index, mark),
            new NetlinkStep.AddAltname(bridge, index, mark, true)));
  }

  /** Whether it had another MAC address than that. */
  boolean hadOtherAddress(MacAddress now) {
    return !Objects.equals(address, now);
  }
}
