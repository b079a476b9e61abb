package io.fastvif.plugin;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import java.util.function.Consumer;

/**
 * A bridge that plugging made for VIFs to share, by its mark. It is to be up; one that somebody
 * else made is left as it is.
 */
public final class OwnBridge {
  private OwnBridge() {}

  /**
   * Brings the bridge up if it was made here and somebody has set it down since.
   *
   * @param before what is planned before that
   */
  public static void raise(PlanBuilder plan, String bridge, Consumer<LinkState> before) {
    plan.host()
        .link(bridge)
        .filter(link -> link.alias().equals(Aliases.ofBridge(bridge)))
        .filter(link -> !link.up() && !plan.bringsUp(link.index()))
        .ifPresent(
            link -> {
              before.accept(link);
              plan.change(link, LinkSettings.NONE.withUp(true), true);
            });
  }
}
