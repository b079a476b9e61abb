package io.fastvif.plan;

import java.util.ArrayList;
import java.util.List;

/** The steps that bring a virtual function's settings from what they are to what is wanted. */
public final class VfSteps {
  private VfSteps() {}

  /**
   * The steps, none if nothing differs.
   *
   * @param physical the physical function's link
   * @param now the settings as they are; a component that is null there has no way back
   * @param wanted the settings as they shall be; a component that is null is left as it is
   * @param optional whether a setting that the driver does not know is left out: each is a step of
   *     its own then, for the kernel stops at the first that is refused
   */
  public static List<PlannedStep> of(
      LinkId physical, VfSettings now, VfSettings wanted, boolean optional) {
    VfSettings change = wanted.unlike(now);
    if (change.isEmpty()) {
      return List.of();
    }
    return (optional ? change.each() : List.of(change))
        .stream().map(part -> step(physical, now, part, optional)).toList();
  }

  /**
   * The steps for somebody who gets the function: what is wanted, and all else as a driver starts
   * with, as far as the driver tells of it.
   *
   * @param optional whether what is wanted is left out where the driver does not know it; all else
   *     is in any case
   */
  public static List<PlannedStep> forUser(
      LinkId physical, VfSettings now, VfSettings wanted, boolean optional) {
    VfSettings defaults = VfSettings.defaults(now.vf());
    VfSettings rest = defaults.before(now).unlike(defaults.before(wanted));
    List<PlannedStep> steps = new ArrayList<>(of(physical, now, wanted, optional));
    steps.addAll(of(physical, now, rest, true));
    return steps;
  }

  private static PlannedStep step(
      LinkId physical, VfSettings now, VfSettings change, boolean optional) {
    VfSettings before = now.before(change);
    Step undo =
        before.isEmpty()
            ? null
            // What the driver does not know, it did not do either.
            : new NetlinkStep.ConfigureVf(physical.name(), physical.index(), before, true);
    return PlannedStep.own(
        new NetlinkStep.ConfigureVf(physical.name(), physical.index(), change, optional), undo);
  }
}
