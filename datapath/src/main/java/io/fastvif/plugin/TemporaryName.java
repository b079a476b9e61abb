package io.fastvif.plugin;

import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A name that a link bears for the time of a plug, such as the {@code representor_name} of a
 * representor. The host itself keeps the name that the link had: an alternative name, {@code
 * fastvif-was-} and the former name, is put on it before it is renamed, so an agent that was killed
 * at any point finds it. The former name as such becomes an alternative name too, if wanted: nobody
 * else gets it meanwhile, and who knows the link by it still finds it. Alternative names need Linux
 * 5.5.
 */
public final class TemporaryName {
  private static final String FORMER = "fastvif-was-";

  /** Before an alternative name that became the name: it is put back too. */
  private static final String FORMER_ALTNAME = "fastvif-had-";

  private TemporaryName() {}

  /** The name that the link had before; empty if it has not been given another. */
  public static Optional<String> former(LinkState link) {
    return marked(link, FORMER);
  }

  private static Optional<String> marked(LinkState link, String mark) {
    return link.altnames().stream()
        .filter(name -> name.startsWith(mark))
        .map(name -> name.substring(mark.length()))
        .findFirst();
  }

  /**
   * Gives a link a name. Equivalent to {@code ip link property add dev OLD altname fastvif-was-OLD;
   * ip link set OLD name NAME; ip link property add dev NAME altname OLD}.
   *
   * @param keepFormer whether the former name becomes an alternative one, unless another link has
   *     it by then
   * @return the link as it is after that
   */
  public static LinkState give(PlanBuilder plan, LinkState link, String name, boolean keepFormer) {
    String former = former(link).orElse(link.name());
    Change change = new Change(plan, link);
    if (link.name().equals(name)) {
      // Whoever was killed after the renaming did not come to this.
      if (keepFormer && !former.equals(name) && plan.host().link(former).isEmpty()) {
        change.addAltname(former, true);
      }
      return change.link;
    }
    change.addAltname(FORMER + former, false);
    if (link.altnames().contains(name)) {
      change.addAltname(FORMER_ALTNAME + name, false);
      change.deleteAltname(name);
    }
    change.rename(name);
    if (keepFormer && !former.equals(name)) {
      change.addAltname(former, true);
    }
    return change.link;
  }

  /**
   * Gives a link its former name back, if it has another. Equivalent to {@code ip link property del
   * dev NAME altname OLD; ip link set NAME name OLD; ip link property del dev OLD altname
   * fastvif-was-OLD}.
   *
   * @return the link as it is after that
   */
  public static LinkState takeBack(PlanBuilder plan, LinkState link) {
    Optional<String> former = former(link);
    if (former.isEmpty()) {
      return link;
    }
    Change change = new Change(plan, link);
    change.deleteAltname(former.get());
    change.rename(former.get());
    Optional<String> altname = marked(link, FORMER_ALTNAME);
    if (altname.isPresent()) {
      change.addAltname(altname.get(), true);
      change.deleteAltname(FORMER_ALTNAME + altname.get());
    }
    change.deleteAltname(FORMER + former.get());
    return change.link;
  }

  /** Adds steps and follows what they make of the link. */
  private static final class Change {
    private final PlanBuilder plan;
    private LinkState link;

    Change(PlanBuilder plan, LinkState link) {
      this.plan = plan;
      this.link = link;
    }

    void addAltname(String altname, boolean unlessTaken) {
      if (!link.altnames().contains(altname)) {
        plan.add(
            PlannedStep.own(
                new NetlinkStep.AddAltname(link.name(), link.index(), altname, unlessTaken),
                new NetlinkStep.DeleteAltname(link.name(), link.index(), altname)));
        List<String> altnames = new ArrayList<>(link.altnames());
        altnames.add(altname);
        link = link.withNames(link.name(), altnames);
      }
    }

    void deleteAltname(String altname) {
      if (link.altnames().contains(altname)) {
        plan.add(
            PlannedStep.own(
                new NetlinkStep.DeleteAltname(link.name(), link.index(), altname),
                new NetlinkStep.AddAltname(link.name(), link.index(), altname, true)));
        List<String> altnames = new ArrayList<>(link.altnames());
        altnames.remove(altname);
        link = link.withNames(link.name(), altnames);
      }
    }

    void rename(String name) {
      if (!link.name().equals(name)) {
        plan.add(
            PlannedStep.own(
                new NetlinkStep.RenameLink(link.name(), link.index(), name),
                new NetlinkStep.RenameLink(name, link.index(), link.name())));
        link = link.withNames(name, link.altnames());
      }
    }
  }
}
