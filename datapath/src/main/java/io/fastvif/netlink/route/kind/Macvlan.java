package io.fastvif.netlink.route.kind;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkKind;

/**
 * A link with a MAC address of its own on a lower link ({@code LinkRequest.lowerLink}).
 *
 * <p>Equivalent to {@code ip link add link LOWER name NAME type macvlan mode MODE}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ip-link.8.html">ip-link(8),
 *     linux/if_link.h</a>
 */
public final class Macvlan implements LinkKind {
  private final Options options = new Options();

  /** Makes the kind, with no options. */
  public Macvlan() {}

  /** Forgets all options. */
  public Macvlan reset() {
    options.clear();
    return this;
  }

  /**
   * Sets who may talk to whom: {@code mode}.
   *
   * @param mode the mode
   */
  public Macvlan mode(MacvlanMode mode) {
    options.setInt(IFLA_MACVLAN_MODE, mode.value());
    return this;
  }

  @Override
  public String name() {
    return "macvlan";
  }

  @Override
  public void encode(MessageEncoder encoder) {
    options.encode(encoder);
  }
}
