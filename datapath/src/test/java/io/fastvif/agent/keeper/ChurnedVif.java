package io.fastvif.agent.keeper;

import io.fastvif.json.PlugRequest;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The VIFs of a churn, each in a few variants, and what the host has of each. */
final class ChurnedVif {
  /** VIFs below it are taps, the others ports of a bridge. */
  static final int FIRST_BRIDGED = 80;

  static final int COUNT = 100;
  static final int VARIANTS = 3;

  /** What the host has of a VIF that is not plugged. */
  static final String NOTHING = "[]";

  private static final String BRIDGE = "br0";

  private ChurnedVif() {}

  static String id(int number) {
    return number < FIRST_BRIDGED ? "tap-vif-" + number : number + "-bridged-vif";
  }

  /** Variants differ in the MTU, in the device's name or the bridge's. */
  static PlugRequest request(int number, int variant) {
    if (number >= FIRST_BRIDGED) {
      return KeptVifCases.bridged(number, variant == 2 ? "br1" : BRIDGE);
    }
    String name = variant == 2 ? "other" + number : "tap" + number;
    return KeptVifCases.tap(id(number), name, variant == 0 ? 1400 : 1450);
  }

  /** What the host has to have of that variant. */
  static String devices(int number, int variant) {
    if (number >= FIRST_BRIDGED) {
      String bridge = variant == 2 ? "br1" : BRIDGE;
      return "[port" + number + " 1450 on " + bridge + "]";
    }
    String name = variant == 2 ? "other" + number : "tap" + number;
    return "[" + name + " " + (variant == 0 ? 1400 : 1450) + " on none]";
  }

  /** What the host has of each VIF that it has something of. */
  static Map<String, String> onHost(HostSnapshot host) {
    return host.links().stream()
        .filter(link -> Aliases.vifId(link.alias()).isPresent())
        .collect(
            Collectors.groupingBy(
                link -> Aliases.vifId(link.alias()).orElseThrow(),
                TreeMap::new,
                Collectors.mapping(
                    link -> device(host, link),
                    Collectors.collectingAndThen(
                        Collectors.toCollection(TreeSet::new), Set::toString))));
  }

  private static String device(HostSnapshot host, LinkState link) {
    String master = host.link(link.master()).map(LinkState::name).orElse("none");
    return link.name()
        + " "
        + link.mtu()
        + " on "
        + master
        + (link.isUnfinished() ? " unfinished" : "");
  }
}
