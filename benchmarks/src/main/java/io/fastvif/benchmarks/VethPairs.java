package io.fastvif.benchmarks;

import io.fastvif.plan.Action;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import java.util.ArrayList;
import java.util.List;

/** Plans for veth pairs without a bridge, whose ports would be limited. */
final class VethPairs {
  private VethPairs() {}

  /** As many pairs, each with one end that looks like a VIF's. */
  static List<PlugPlan> plans(int pairs) {
    List<PlugPlan> plans = new ArrayList<>(pairs);
    for (int number = 1; number <= pairs; number++) {
      String id = Vifs.id(number);
      String name = Vifs.name(number);
      String guest = "gst" + name.substring(3);
      Step create = new NetlinkStep.CreateVeth(name, null, guest, Vifs.mac(number), Vifs.MTU);
      LinkSettings guestSettings = LinkSettings.NONE.withIpv6AddressGeneration(false);
      LinkSettings settings =
          LinkSettings.NONE.withAlias(Aliases.of(id)).withIpv6AddressGeneration(false).withUp(true);
      plans.add(
          new PlugPlan(
              id,
              name,
              Action.PLUG,
              List.of(name),
              null,
              List.of(
                  PlannedStep.own(create, new DeleteLink(name, 0, 0)),
                  PlannedStep.own(new NetlinkStep.ConfigureLink(guest, 0, guestSettings), null),
                  PlannedStep.own(new NetlinkStep.ConfigureLink(name, 0, settings), null)),
              List.of()));
    }
    return plans;
  }
}
