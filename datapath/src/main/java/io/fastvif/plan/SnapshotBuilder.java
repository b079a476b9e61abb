package io.fastvif.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds a snapshot of what a reader of the host, or a test, has found. */
public final class SnapshotBuilder {
  private final Map<Integer, LinkState> links = new LinkedHashMap<>();
  private final Map<Integer, List<AddressState>> addresses = new HashMap<>();
  private final Map<Integer, List<RouteState>> routes = new HashMap<>();

  /** Nothing found yet. */
  public SnapshotBuilder() {}

  /** Adds a link. */
  public SnapshotBuilder link(LinkState link) {
    links.put(link.index(), link);
    return this;
  }

  /** Adds an address to the link of that index. */
  public SnapshotBuilder address(int index, AddressState address) {
    addresses.computeIfAbsent(index, key -> new ArrayList<>()).add(address);
    return this;
  }

  /** Adds a route that leaves by the link of that index. */
  public SnapshotBuilder route(int index, RouteState route) {
    routes.computeIfAbsent(index, key -> new ArrayList<>()).add(route);
    return this;
  }

  /** The snapshot. */
  public HostSnapshot build() {
    return new Snapshot(this);
  }

  private static final class Snapshot implements HostSnapshot {
    private final Map<Integer, LinkState> links;
    private final Map<Integer, List<AddressState>> addresses;
    private final Map<Integer, List<RouteState>> routes;
    private final Map<String, LinkState> byName = new HashMap<>();
    private final Map<String, List<LinkState>> byVif = new HashMap<>();

    private Snapshot(SnapshotBuilder builder) {
      links = Collections.unmodifiableMap(new LinkedHashMap<>(builder.links));
      addresses = Map.copyOf(builder.addresses);
      routes = Map.copyOf(builder.routes);
      for (LinkState link : links.values()) {
        byName.put(link.name(), link);
        for (String altname : link.altnames()) {
          byName.put(altname, link);
        }
        Aliases.vifId(link.alias())
            .ifPresent(id -> byVif.computeIfAbsent(id, key -> new ArrayList<>()).add(link));
      }
    }

    @Override
    public Optional<LinkState> link(String name) {
      return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Optional<LinkState> link(int index) {
      return Optional.ofNullable(links.get(index));
    }

    @Override
    public Collection<LinkState> links() {
      return links.values();
    }

    @Override
    public List<LinkState> linksOf(String vifId) {
      return Collections.unmodifiableList(byVif.getOrDefault(vifId, List.of()));
    }

    @Override
    public List<AddressState> addresses(int index) {
      return Collections.unmodifiableList(addresses.getOrDefault(index, List.of()));
    }

    @Override
    public List<RouteState> routes(int index) {
      return Collections.unmodifiableList(routes.getOrDefault(index, List.of()));
    }
  }
}
