package io.fastvif.netlink.route.kind;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.route.LinkMessage;

/**
 * Reads the options of a macvlan or macvtap. A flyweight, valid as long as its {@link LinkMessage}.
 *
 * <p>Equivalent to what {@code ip -d link show dev NAME} prints behind the kind.
 */
public final class MacvlanInfo {
  private final AttributeIterator options = new AttributeIterator();
  private boolean present;

  /** Makes one that has nothing to read. */
  public MacvlanInfo() {}

  /**
   * Reads the options of a link.
   *
   * @param link a link of one of these kinds
   */
  public MacvlanInfo wrap(LinkMessage link) {
    present = link.kindOptions(options);
    return this;
  }

  /**
   * Who may talk to whom.
   *
   * @return the mode; null if the kernel did not say, or said one that is not known
   */
  public MacvlanMode mode() {
    return present && options.find(IFLA_MACVLAN_MODE) ? MacvlanMode.of(options.getInt()) : null;
  }
}
