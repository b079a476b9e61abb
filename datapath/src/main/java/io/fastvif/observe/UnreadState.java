package io.fastvif.observe;

import org.agrona.collections.Int2IntHashMap;

/** What a {@link HostMonitor} has to read because events do not tell it. */
final class UnreadState {
  private final IndexMarks atWork;
  private final IndexMarks setLinks = new IndexMarks();
  private final IndexMarks writtenLinks = new IndexMarks();
  private final IndexMarks links = new IndexMarks();

  /** Those that are read later, with the groups that stand for the VIFs at work. */
  private final Int2IntHashMap later = new Int2IntHashMap(0);

  private final IndexMarks addresses = new IndexMarks();
  private final IndexMarks routes = new IndexMarks();
  private boolean everyAddress;
  private boolean everyRoute;

  /**
   * @param atWork the groups in which links of VIFs are made that somebody is at work on: what is
   *     half made is not worth reading
   */
  UnreadState(IndexMarks atWork) {
    this.atWork = atWork;
  }

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

  /**
   * The last event of a link does not tell everything.
   *
   * @param group stands for the VIF whose it is; any other if it is nobody's
   */
  void mark(int index, int group) {
    if (atWork.contains(group)) {
      links.remove(index);
      later.put(index, group);
    } else {
      links.add(index);
    }
  }

  /** The last event of a link tells everything. */
  void told(int index) {
    links.remove(index);
    later.remove(index);
  }

  /** Marks those whose VIFs nobody is at work on any more. */
  void markEnded() {
    if (!later.isEmpty()) {
      Int2IntHashMap.EntryIterator entries = later.entrySet().iterator();
      while (entries.hasNext()) {
        entries.next();
        if (!atWork.contains(entries.getIntValue())) {
          links.add(entries.getIntKey());
          entries.remove();
        }
      }
    }
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
    told(index);
    addresses.remove(index);
    routes.remove(index);
  }

  void clear() {
    setLinks.clear();
    writtenLinks.clear();
    links.clear();
    later.clear();
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
