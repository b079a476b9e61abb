package io.fastvif.netlink.route.kind;

import static io.fastvif.bindings.linux.linux_h.*;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkKind;

/**
 * A VLAN on a lower link ({@code LinkRequest.lowerLink}).
 *
 * <p>Equivalent to {@code ip link add link LOWER name NAME type vlan id ID}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ip-link.8.html">ip-link(8),
 *     linux/if_link.h</a>
 */
public final class Vlan implements LinkKind {
  private final Options options = new Options();

  /** Makes the kind, with no options. */
  public Vlan() {}

  /** Forgets all options. */
  public Vlan reset() {
    options.clear();
    return this;
  }

  /**
   * Sets the VLAN: {@code id}.
   *
   * @param id 0 to 4094
   */
  public Vlan id(int id) {
    options.setShort(IFLA_VLAN_ID, id);
    return this;
  }

  /**
   * Sets the Ethernet type of the tag: {@code protocol}.
   *
   * @param etherType 0x8100 (802.1Q, the default) or 0x88a8 (802.1ad)
   */
  public Vlan protocol(int etherType) {
    options.setShortBigEndian(IFLA_VLAN_PROTOCOL, etherType);
    return this;
  }

  @Override
  public String name() {
    return "vlan";
  }

  @Override
  public void encode(MessageEncoder encoder) {
    options.encode(encoder);
  }
}
