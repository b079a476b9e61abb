package io.fastvif.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Links, addresses and routes of a snapshot: versions of a {@link SnapshotBuilder}'s maps. */
final class LinkTables {
  /** More than any. */
  private static final long NO_ADDRESS = Long.MAX_VALUE;

  /** No id begins so. */
  private static final String MAKING = "\0";

  private final VersionedMap.MapVersion<Integer, LinkState> links;
  private final VersionedMap.MapVersion<String, LinkState> names;
  private final VersionedMap.MapVersion<String, List<LinkState>> vifs;
  private final VersionedMap.MapVersion<Integer, List<AddressState>> addresses;
  private final VersionedMap.MapVersion<Integer, List<RouteState>> routes;
  private final VersionedMap.MapVersion<Integer, LinkOrder> ports;
  private final VersionedMap.MapVersion<Integer, LinkOrder> uppers;

  /** Sorted when first asked for. Two threads that ask at once both do so, alike. */
  private volatile List<LinkState> byIndex;

  LinkTables(
      VersionedMap.MapVersion<Integer, LinkState> links,
      VersionedMap.MapVersion<String, LinkState> names,
      VersionedMap.MapVersion<String, List<LinkState>> vifs,
      VersionedMap.MapVersion<Integer, List<AddressState>> addresses,
      VersionedMap.MapVersion<Integer, List<RouteState>> routes,
      VersionedMap.MapVersion<Integer, LinkOrder> ports,
      VersionedMap.MapVersion<Integer, LinkOrder> uppers) {
    this.links = links;
    this.names = names;
    this.vifs = vifs;
    this.addresses = addresses;
    this.routes = routes;
    this.ports = ports;
    this.uppers = uppers;
  }

  Optional<LinkState> link(String name) {
    return Optional.ofNullable(names.get(name));
  }

  Optional<LinkState> link(int index) {
    return Optional.ofNullable(links.get(index));
  }

  Collection<LinkState> links() {
    List<LinkState> sorted = byIndex;
    if (sorted == null) {
      List<LinkState> all = new ArrayList<>(links.size());
      links.each(all::add);
      all.sort(Comparator.comparingInt(LinkState::index));
      sorted = Collections.unmodifiableList(all);
      byIndex = sorted;
    }
    return sorted;
  }

  List<LinkState> linksOf(String vifId) {
    List<LinkState> made = orEmpty(vifs.get(vifId));
    List<LinkState> half = vifs.get(making(LinkGroups.making(vifId)));
    if (half == null) {
      return made;
    }
    List<LinkState> all = new ArrayList<>(made);
    all.addAll(half);
    return all;
  }

  List<LinkState> ports(int master) {
    return all(ports.get(master));
  }

  boolean hasPorts(int master) {
    return ports.get(master) != null;
  }

  OptionalLong lowestPortAddress(int master) {
    LinkOrder all = ports.get(master);
    long lowest = all == null ? NO_ADDRESS : all.lowest();
    return lowest == NO_ADDRESS ? OptionalLong.empty() : OptionalLong.of(lowest);
  }

  List<LinkState> uppers(int lower) {
    return all(uppers.get(lower));
  }

  private List<LinkState> all(LinkOrder order) {
    if (order == null) {
      return List.of();
    }
    List<LinkState> all = new ArrayList<>();
    order.each(index -> all.add(links.get(index)));
    return Collections.unmodifiableList(all);
  }

  List<AddressState> addresses(int index) {
    return orEmpty(addresses.get(index));
  }

  List<RouteState> routes(int index) {
    return orEmpty(routes.get(index));
  }

  /** By what ports are ordered. */
  static long portKey(LinkState port) {
    return port.address() == null ? NO_ADDRESS : port.address().value();
  }

  /** Stands in the place of the id of a VIF whose links are only being made. */
  static String making(int group) {
    return MAKING + (char) (group >>> Character.SIZE) + (char) group;
  }

  private static <T> List<T> orEmpty(List<T> list) {
    return list == null ? List.of() : list;
  }
}
