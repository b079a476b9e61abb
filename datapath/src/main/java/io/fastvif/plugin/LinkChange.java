package io.fastvif.plugin;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.plan.VfSettings;
import io.fastvif.vif.InvalidInputException;

/**
 * Changes a link that exists: its settings, those of its virtual functions, its name. The plan goes
 * through the engine as a VIF's does, in the same sends, and what fails is undone the same way. It
 * counts as an operation on the VIF that the link bears the alias of, if it does.
 *
 * <p>Equivalent to {@code ip link set NAME ...}.
 */
public final class LinkChange {
  private final LinkState link;
  private final PlanBuilder plan;

  private LinkChange(HostSnapshot host, LinkState link) {
    this.link = link;
    plan =
        new PlanBuilder(
            Aliases.vifId(link.alias()).orElse("link " + link.name()), link.name(), host);
    plan.device(link.name());
  }

  /**
   * Begins to change a link.
   *
   * @param name its name in the snapshot
   * @throws InvalidInputException if the snapshot has none of that name
   */
  public static LinkChange of(HostSnapshot host, String name) {
    LinkState link =
        host.link(name)
            .orElseThrow(
                () ->
                    InvalidInputException.ofValue("link", name, "does not exist", "a link's name"));
    return new LinkChange(host, link);
  }

  /** Changes those settings that differ. */
  public LinkChange set(LinkSettings wanted) {
    plan.change(link, wanted, false);
    return this;
  }

  /**
   * Changes settings of a virtual function of this link, a physical one.
   *
   * @param before the settings to go back to, as they were read; null if there is no way back
   */
  public LinkChange vf(VfSettings wanted, VfSettings before) {
    Step undo =
        before == null ? null : new NetlinkStep.ConfigureVf(link.name(), link.index(), before);
    plan.add(PlannedStep.own(new NetlinkStep.ConfigureVf(link.name(), link.index(), wanted), undo));
    return this;
  }

  /**
   * Renames the link, unless it has that name already. A kernel before 6.2 wants a link that is up
   * to be down for that, and so it is.
   */
  public LinkChange rename(String name) {
    if (!name.equals(link.name())) {
      plan.add(
          PlannedStep.own(
              new NetlinkStep.RenameLink(link.name(), link.index(), name),
              new NetlinkStep.RenameLink(name, link.index(), link.name())));
    }
    return this;
  }

  /**
   * Renames the link for a time, see {@link TemporaryName}.
   *
   * @param keepFormer whether the former name becomes an alternative one
   */
  public LinkChange giveName(String name, boolean keepFormer) {
    TemporaryName.give(plan, link, name, keepFormer);
    return this;
  }

  /** Gives the link the name back that it had before {@link #giveName}; nothing if it has it. */
  public LinkChange takeNameBack() {
    TemporaryName.takeBack(plan, link);
    return this;
  }

  /** The plan; one without steps if the link is as it should be. */
  public PlugPlan plan() {
    return plan.change();
  }
}
