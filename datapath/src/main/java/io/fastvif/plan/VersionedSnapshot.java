package io.fastvif.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A snapshot of versions of a {@link SnapshotBuilder}'s maps. */
final class VersionedSnapshot implements HostSnapshot {
  /** No id begins so. */
  private static final String MAKING = "\0";

  private final VersionedMap.MapVersion<Integer, LinkState> links;
  private final VersionedMap.MapVersion<String, LinkState> names;
  private final VersionedMap.MapVersion<String, List<LinkState>> vifs;
  private final VersionedMap.MapVersion<Integer, List<AddressState>> addresses;
  private final VersionedMap.MapVersion<Integer, List<RouteState>> routes;

  /** Sorted when first asked for. Two threads that ask at once both do so, alike. */
  private volatile List<LinkState> byIndex;

  /** By their master's index, made when first asked for. */
  private volatile Map<Integer, List<LinkState>> ports;

  VersionedSnapshot(
      VersionedMap.MapVersion<Integer, LinkState> links,
      VersionedMap.MapVersion<String, LinkState> names,
      VersionedMap.MapVersion<String, List<LinkState>> vifs,
      VersionedMap.MapVersion<Integer, List<AddressState>> addresses,
      VersionedMap.MapVersion<Integer, List<RouteState>> routes) {
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
  public List<LinkState> ports(int master) {
    Map<Integer, List<LinkState>> byMaster = ports;
    if (byMaster == null) {
      Map<Integer, List<LinkState>> all = new HashMap<>();
      links.each(
          link -> {
            if (link.master() != 0) {
              all.computeIfAbsent(link.master(), key -> new ArrayList<>()).add(link);
            }
          });
      byMaster = all;
      ports = all;
    }
    return Collections.unmodifiableList(orEmpty(byMaster.get(master)));
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
