package io.fastvif.netlink.route;

/** Attributes of next hop messages; the bindings do not have linux/nexthop.h. */
public final class NextHopAttribute {
  /** NHA_ID: the object's number. */
  public static final int ID = 1;

  /** NHA_OIF: the link. */
  public static final int OIF = 5;

  private NextHopAttribute() {}
}
