package io.fastvif.plan;

/**
 * Deletes a link; one that is gone already is no error. No message of its own: the links of many
 * plans leave together, by a group, and the kernel waits once for all. Equivalent to {@code ip link
 * delete NAME}.
 *
 * @param index the link's index where the snapshot knew it; 0 for a link this plan created
 * @param group the interface group it is in, which it gets back if it cannot be deleted
 */
public record DeleteLink(String name, int index, int group) implements Step {
  @Override
  public String toString() {
    return "delete " + name;
  }
}
