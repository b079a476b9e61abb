package io.fastvif.netlink.route.kind;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkKind;

/** A link that drops what is sent to it. Equivalent to {@code ip link add NAME type dummy}. */
public final class Dummy implements LinkKind {
  /** Makes the kind. */
  public Dummy() {}

  @Override
  public String name() {
    return "dummy";
  }

  @Override
  public void encode(MessageEncoder encoder) {
    // The kind has no options.
  }
}
