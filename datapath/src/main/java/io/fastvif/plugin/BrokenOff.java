package io.fastvif.plugin;

import java.util.function.Consumer;

/**
 * Something half done that no VIF's id leads to. Either a plug is under way, or it was cut off, as
 * by {@code kill -9}: it was cut off if this stays the same for a while.
 *
 * @param link the name of the link that it is about
 * @param mark tells it from all else that there is or was about that link
 * @param end adds what ends it to a plan
 */
public record BrokenOff(String link, String mark, Consumer<PlanBuilder> end) {

  /** Whether it is what another look at the host has found. */
  public boolean isSame(BrokenOff other) {
    return link.equals(other.link) && mark.equals(other.mark);
  }
}
