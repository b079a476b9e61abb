package io.fastvif.engine;

import io.fastvif.engine.kernel.LinkQuestions;
import io.fastvif.engine.kernel.Ownership;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SharedBridge;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Who uses what plans share, looked at before it is taken back. */
final class SharedUse {
  private static final String BRIDGE = "bridge";

  private final LinkQuestions links;

  SharedUse(LinkQuestions links) {
    this.links = links;
  }

  /**
   * Whether a port has come since planning, which may rely on what the plan did for all. A bridge
   * that the plan makes would go with all that lies on it, in other namespaces too; one that was
   * there stays, and its ports are in its own.
   */
  boolean isInUse(PlugPlan plan) {
    SharedBridge shared = plan.shared();
    int bridge = links.linkIndex(shared.bridge());
    Set<Integer> others = new HashSet<>(shared.formerPorts());
    if (shared.uplink() != null) {
      others.add(links.linkIndex(shared.uplink()));
    }
    ownLinks(plan).forEach(others::add);
    if (bridge <= 0) {
      return false;
    }
    boolean stays = links.kind(bridge).equals(BRIDGE) && !makes(plan, shared.bridge());
    return (stays ? links.linkHereOn(bridge, others) : links.linkOn(bridge, others)) != null;
  }

  /** The VIF's own may be there still. */
  private IntStream ownLinks(PlugPlan plan) {
    return plan.devices().stream()
        .mapToInt(links::linkIndex)
        .filter(link -> link > 0 && links.ownership(link, plan.vifId()) == Ownership.OWN);
  }

  private static boolean makes(PlugPlan plan, String bridge) {
    return plan.steps().stream()
        .anyMatch(
            planned ->
                planned.step() instanceof NetlinkStep.CreateBridge create
                    && create.name().equals(bridge));
  }

  /** Who else uses a link that the plan made for several VIFs; the bridge was looked at before. */
  String otherUser(PlanExecution plan, DeleteLink delete, int index) {
    SharedBridge shared = plan.plan().shared();
    return shared != null && delete.name().equals(shared.bridge())
        ? null
        : links.linkOn(index, Set.of());
  }

  /** The same without the bridges on whose links somebody has something by now. */
  OvsStep withoutUsed(PlanExecution plan, OvsStep undo) {
    if (!(undo instanceof OvsStep.ChangeOvs change)) {
      return undo;
    }
    List<OvsChange> changes = new ArrayList<>(change.changes());
    changes.removeIf(
        one -> {
          if (!(one instanceof OvsChange.TakeBackBridge bridge)) {
            return false;
          }
          int link = links.linkIndex(bridge.name());
          String user = link > 0 ? links.userOf(link) : null;
          if (user != null) {
            plan.left("the bridge " + bridge.name() + " is left: " + user);
          }
          return user != null;
        });
    return new OvsStep.ChangeOvs(changes);
  }
}
