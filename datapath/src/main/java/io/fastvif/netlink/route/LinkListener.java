package io.fastvif.netlink.route;

/**
 * Follows the links of a namespace, and addresses and routes if asked for. What is passed is valid
 * during the call only.
 *
 * <p>Between {@link #onResyncBegin()} and {@link #onResyncEnd()} everything there is is told anew:
 * what was known before and is not told in between is gone.
 */
public interface LinkListener {
  /** Everything is about to be told. Called again, without an end, if that must begin anew. */
  void onResyncBegin();

  /** Everything has been told. */
  void onResyncEnd();

  /**
   * A link is there: new, changed or told anew.
   *
   * @param link the link
   */
  void onLink(LinkMessage link);

  /**
   * A link is gone.
   *
   * @param link as it was
   */
  void onLinkRemoved(LinkMessage link);

  /**
   * An address is there or gone.
   *
   * @param address see {@link AddressMessage#isRemoved()}
   */
  default void onAddress(AddressMessage address) {}

  /**
   * A route is there or gone.
   *
   * @param route see {@link RouteMessage#isRemoved()}
   */
  default void onRoute(RouteMessage route) {}
}
