package io.fastvif.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A snapshot of versions of a {@link SnapshotBuilder}'s maps. */
final class VersionedSnapshot implements HostSnapshot {
  /** No id begins so. */
  private static final String MAKING = "\0";

  private final VersionedMap.Version<Integer, LinkState> links;
  private final VersionedMap.Version<String, LinkState> names;
  private final VersionedMap.Version<String, List<LinkState>> vifs;
  private final VersionedMap.Version<Integer, List<AddressState>> addresses;
  private final VersionedMap.Version<Integer, List<RouteState>> routes;

  /** Sorted when first asked for. Two threads that ask at once both do so, alike. */
  private volatile List<LinkState> byIndex;

  VersionedSnapshot(
      VersionedMap.Version<Integer, LinkState> links,
      VersionedMap.Version<String, LinkState> names,
      VersionedMap.Version<String, List<LinkState>> vifs,
      VersionedMap.Version<Integer, List<AddressState>> addresses,
      VersionedMap.Version<Integer, List<RouteState>> routes) {
    this.links = links;
    this.names = names;
    this.vifs = vifs;
    this.addresses = addresses;
    this.routes = routes;
  }

  @Override
  public Optional<LinkState> link(String name) {
    return Optional.ofNullable(names.get(name));
  }

  @Override
  public Optional<LinkState> link(int index) {
    return Optional.ofNullable(links.get(index));
  }

  @Override
  public Collection<LinkState> links() {
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

  @Override
  public List<LinkState> linksOf(String vifId) {
    List<LinkState> made = orEmpty(vifs.get(vifId));
    List<LinkState> half = vifs.get(making(LinkGroups.making(vifId)));
    if (half == null) {
      return made;
    }
    List<LinkState> all = new ArrayList<>(made);
    all.addAll(half);
    return all;
  }

  @Override
  public List<AddressState> addresses(int index) {
    return orEmpty(addresses.get(index));
  }

  @Override
  public List<RouteState> routes(int index) {
    return orEmpty(routes.get(index));
  }

  /** Stands in the place of the id of a VIF whose links are only being made. */
  static String making(int group) {
    return MAKING + (char) (group >>> Character.SIZE) + (char) group;
  }

  private static <T> List<T> orEmpty(List<T> list) {
    return list == null ? List.of() : list;
  }
}
