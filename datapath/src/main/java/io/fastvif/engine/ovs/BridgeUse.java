package io.fastvif.engine.ovs;

import io.fastvif.ovsdb.OvsdbRow;
import io.fastvif.ovsdb.OvsdbValue;
import io.fastvif.plan.OvsSnapshot;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Who uses a bridge of Open vSwitch's, as far as the database says it: its ports, and what somebody
 * has set of it that fastvif sets of no bridge and ovs-vswitchd sets of none by itself. Each answer
 * is null for nobody.
 */
final class BridgeUse {
  /** Those columns, and what they hold as long as nobody has set them. */
  static final Map<String, OvsdbValue> UNSET;

  /** All columns of Bridge that plugging reads. */
  static final List<String> COLUMNS;

  static {
    Map<String, OvsdbValue> unset = new TreeMap<>();
    for (String set :
        List.of(
            "auto_attach",
            "controller",
            "fail_mode",
            "flood_vlans",
            "ipfix",
            "mirrors",
            "netflow",
            "protocols",
            "sflow")) {
      unset.put(set, OvsdbValue.empty());
    }
    for (String map : List.of("external_ids", "flow_tables", "other_config")) {
      unset.put(map, OvsdbValue.map(Map.of()));
    }
    for (String flag : List.of("mcast_snooping_enable", "rstp_enable", "stp_enable")) {
      unset.put(flag, OvsdbValue.set(Set.of(false)));
    }
    UNSET = Map.copyOf(unset);
    COLUMNS =
        Stream.concat(Stream.of("name", "datapath_type", "ports"), unset.keySet().stream())
            .toList();
  }

  private final OvsSnapshot.BridgeRow bridge;
  private final OvsSnapshot rows;

  BridgeUse(OvsSnapshot.BridgeRow bridge, OvsSnapshot rows) {
    this.bridge = bridge;
    this.rows = rows;
  }

  /** The names of the columns of a row of Bridge that somebody has set. */
  static Set<String> settings(OvsdbRow row) {
    Set<String> settings = new TreeSet<>();
    UNSET.forEach(
        (column, unset) -> {
          OvsdbValue value = row.columns().get(column);
          if (value != null && !value.equals(unset)) {
            settings.add(column);
          }
        });
    return Set.copyOf(settings);
  }

  /**
   * A port beside the bridge's own.
   *
   * @param leaving the ports that do not count
   */
  String otherPort(Collection<?> leaving) {
    Set<UUID> others = new HashSet<>(bridge.ports());
    others.removeAll(leaving);
    rows.port(bridge.name()).ifPresent(own -> others.remove(own.uuid()));
    if (others.isEmpty()) {
      return null;
    }
    return rows.interfaces().stream()
        .flatMap(row -> rows.portOf(row).stream())
        .filter(port -> others.contains(port.uuid()))
        .findFirst()
        .map(port -> "it has the port " + port.name())
        .orElse("it has a port");
  }

  /** What somebody has set of the bridge, or of its own port. */
  String setting() {
    for (String column : new TreeSet<>(bridge.settings())) {
      return "its " + column + " is set";
    }
    String column = null;
    Optional<OvsSnapshot.InterfaceRow> own = rows.networkInterface(bridge.name());
    if (own.isPresent() && !own.get().externalIds().isEmpty()) {
      column = "external_ids";
    } else if (own.isPresent() && own.get().mtuRequest().isPresent()) {
      column = "mtu_request";
    } else if (rows.port(bridge.name()).filter(port -> port.tag().isPresent()).isPresent()) {
      column = "tag";
    }
    return column == null ? null : "the " + column + " of its own port is set";
  }
}
