package io.fastvif.observe;

/** What a {@link HostMonitor} has to read because events do not tell it. */
final class UnreadState {
  private final IndexMarks setLinks = new IndexMarks();
  private final IndexMarks writtenLinks = new IndexMarks();
  private final IndexMarks links = new IndexMarks();
  private final IndexMarks addresses = new IndexMarks();
  private final IndexMarks routes = new IndexMarks();
  private boolean everyAddress;
  private boolean everyRoute;

  /** Links that were set by netlink, which has no event if they are down. */
  IndexMarks setLinks() {
    return setLinks;
  }

  /** Links that were changed without an event; none settles that. */
  IndexMarks writtenLinks() {
    return writtenLinks;
  }

  /** Links whose last event does not tell everything. */
  IndexMarks links() {
    return links;
  }

  /** Links whose addresses may have changed. */
  IndexMarks addresses() {
    return addresses;
  }

  /** Links whose routes may have changed. */
  IndexMarks routes() {
    return routes;
  }

  /** Marks the addresses of all links. */
  void markEveryAddress() {
    everyAddress = true;
  }

  /** Marks the routes by all links. */
  void markEveryRoute() {
    everyRoute = true;
  }

  boolean isEveryAddress() {
    return everyAddress;
  }

  boolean isEveryRoute() {
    return everyRoute;
  }

  boolean hasAddresses() {
    return everyAddress || addresses.size() != 0;
  }

  boolean hasRoutes() {
    return everyRoute || routes.size() != 0;
  }

  boolean isEmpty() {
    return setLinks.size() == 0
        && writtenLinks.size() == 0
        && links.size() == 0
        && !hasAddresses()
        && !hasRoutes();
  }

  /** Forgets a link that is gone. */
  void forget(int index) {
    links.remove(index);
    addresses.remove(index);
    routes.remove(index);
  }

  void clear() {
    setLinks.clear();
    writtenLinks.clear();
    links.clear();
    clearAddresses();
    clearRoutes();
  }

  void clearAddresses() {
    addresses.clear();
    everyAddress = false;
  }

  void clearRoutes() {
    routes.clear();
    everyRoute = false;
  }
}
