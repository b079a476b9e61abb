package io.fastvif.netlink.route.kind;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkKind;

/**
 * A macvlan whose frames a program reads from {@code /dev/tapINDEX}.
 *
 * <p>Equivalent to {@code ip link add link LOWER name NAME type macvtap mode MODE}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ip-link.8.html">ip-link(8),
 *     linux/if_link.h</a>
 */
public final class Macvtap implements LinkKind {
  private final Options options = new Options();

  /** Makes the kind, with no options. */
  public Macvtap() {}

  /** Forgets all options. */
  public Macvtap reset() {
    options.clear();
    return this;
  }

  /**
   * Sets who may talk to whom: {@code mode}.
   *
   * @param mode the mode
   */
  public Macvtap mode(MacvlanMode mode) {
    options.setInt(IFLA_MACVLAN_MODE, mode.value());
    return this;
  }

  /**
   * Says whether a passthru link leaves the lower one as it is: {@code nopromisc}.
   *
   * @param on whether the lower link does not start to receive all frames
   */
  public Macvtap noPromiscuous(boolean on) {
    options.setShort(IFLA_MACVLAN_FLAGS, on ? MACVLAN_FLAG_NOPROMISC : 0);
    return this;
  }

  @Override
  public String name() {
    return "macvtap";
  }

  @Override
  public void encode(MessageEncoder encoder) {
    options.encode(encoder);
  }
}
