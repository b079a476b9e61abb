package io.fastvif.netlink.route;

import io.fastvif.netlink.MessageEncoder;

/** A kind of virtual link, with the options that only this kind has. */
public interface LinkKind {
  /**
   * The kind's name in the kernel (IFLA_INFO_KIND).
   *
   * @return such as {@code veth}
   */
  String name();

  /**
   * Writes the kind's options (the inside of IFLA_INFO_DATA); nothing if none is set.
   *
   * @param encoder where to
   */
  void encode(MessageEncoder encoder);
}
