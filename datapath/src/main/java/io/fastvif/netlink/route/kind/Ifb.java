package io.fastvif.netlink.route.kind;

import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.LinkKind;

/**
 * An intermediate link that other links' incoming frames are redirected to, so that they can be
 * queued. Equivalent to {@code ip link add NAME type ifb}.
 */
public final class Ifb implements LinkKind {
  /** Makes the kind. */
  public Ifb() {}

  @Override
  public String name() {
    return "ifb";
  }

  @Override
  public void encode(MessageEncoder encoder) {
    // The kind has no options.
  }
}
