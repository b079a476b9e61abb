package io.fastvif.engine.ovs;

import io.fastvif.ovsdb.OvsdbClient;
import io.fastvif.ovsdb.OvsdbRow;
import io.fastvif.ovsdb.OvsdbSchema;
import io.fastvif.ovsdb.OvsdbValue;
import io.fastvif.ovsdb.RowListener;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/** The rows of Open vSwitch that plugging needs, found by name. Guarded by the client's lock. */
final class OvsRows implements RowListener, OvsSnapshot {
  private final Map<String, BridgeRow> bridges;
  private final Map<UUID, String> bridgeOfPort;
  private final Map<String, OvsdbRow> ports;
  private final Map<UUID, String> portNames;
  private final Map<String, InterfaceRow> interfaces;
  private final Map<UUID, InterfaceRow> interfacesByRow;
  private final Map<UUID, OvsdbRow> portOfInterface;
  private final Map<UUID, Map<String, String>> qos;
  private OvsdbSchema schema;

  /** Told what changes; null for nobody. */
  private HostChanges changes;

  /** The row of Open_vSwitch, which refers to all others; null where it is not there. */
  private volatile UUID root;

  /** The last copy, as long as somebody has it, and nothing has changed since. */
  private WeakReference<OvsRows> copied = new WeakReference<>(null);

  private long nextConfig;
  private long currentConfig;

  /** Those that ovs-vswitchd makes; empty where it does not say. */
  private OvsdbValue interfaceTypes = OvsdbValue.empty();

  OvsRows() {
    bridges = new HashMap<>();
    bridgeOfPort = new HashMap<>();
    ports = new HashMap<>();
    portNames = new HashMap<>();
    interfaces = new HashMap<>();
    interfacesByRow = new HashMap<>();
    portOfInterface = new HashMap<>();
    qos = new HashMap<>();
  }

  private OvsRows(OvsRows other, OvsdbSchema schema) {
    bridges = new HashMap<>(other.bridges);
    bridgeOfPort = new HashMap<>(other.bridgeOfPort);
    ports = new HashMap<>(other.ports);
    portNames = Map.of(); // for changes, and this one has none
    interfaces = new HashMap<>(other.interfaces);
    interfacesByRow = new HashMap<>(other.interfacesByRow);
    portOfInterface = new HashMap<>(other.portOfInterface);
    qos = new HashMap<>(other.qos);
    interfaceTypes = other.interfaceTypes;
    this.schema = schema;
  }

  /** Names the columns to the client. */
  static OvsdbClient.Builder monitor(OvsdbClient.Builder client) {
    return client
        .monitor("Open_vSwitch", "next_cfg", "cur_cfg", "iface_types")
        .monitor("Bridge", BridgeUse.COLUMNS.toArray(String[]::new))
        .monitor("Port", "name", "interfaces", "tag", "vlan_mode", "trunks")
        .monitor(
            "Interface",
            "name",
            "type",
            "options",
            "external_ids",
            "mtu_request",
            "ofport",
            "error",
            "ingress_policing_rate",
            "ingress_policing_burst")
        .monitor("QoS", "external_ids");
  }

  /** A copy that does not change any more, for planning; the same until something has changed. */
  OvsSnapshot copy(OvsdbSchema current) {
    OvsRows known = copied.get();
    if (known == null || known.schema != current) {
      known = new OvsRows(this, current);
      copied = new WeakReference<>(known);
    }
    return known;
  }

  /**
   * The row of Open_vSwitch, from any thread; null where it is not there: the database is new and
   * nobody has initialized it. It drops at once whatever is put into it then.
   */
  UUID root() {
    return root;
  }

  /** What the rows have to be read with. */
  void schema(OvsdbSchema current) {
    schema = current;
  }

  /** The name of the port of that row, if there is one. */
  Optional<String> portName(UUID row) {
    return Optional.ofNullable(portNames.get(row));
  }

  /** The number of the newest configuration that the database holds. */
  long nextConfig() {
    return nextConfig;
  }

  /** The number of the newest configuration that ovs-vswitchd has applied. */
  long currentConfig() {
    return currentConfig;
  }

  /** Has somebody told what changes. */
  void tell(HostChanges told) {
    changes = told;
  }

  @Override
  public void current() {
    if (root != null) {
      tellAll(); // else that is told when it comes
    }
  }

  private void tellAll() {
    if (changes != null) {
      changes.openVSwitch();
    }
  }

  @Override
  public void cleared() {
    copied.clear();
    bridges.clear();
    bridgeOfPort.clear();
    ports.clear();
    portNames.clear();
    interfaces.clear();
    interfacesByRow.clear();
    portOfInterface.clear();
    qos.clear();
    root = null;
    nextConfig = 0;
    currentConfig = 0;
  }

  @Override
  public void changed(String table, OvsdbRow before, OvsdbRow after) {
    copied.clear();
    if (changes != null) {
      RowChanges.tell(changes, this, table, before, after);
    }
    switch (table) {
      case "Open_vSwitch" -> {
        root = after == null ? null : after.uuid();
        nextConfig = after == null ? 0 : after.get("next_cfg").number().orElse(0);
        currentConfig = after == null ? 0 : after.get("cur_cfg").number().orElse(0);
        interfaceTypes = after == null ? OvsdbValue.empty() : after.get("iface_types");
        if (before == null) {
          tellAll();
        }
      }
      case "Bridge" -> bridge(before, after);
      case "Port" -> {
        forget(ports, before);
        if (before != null) {
          portNames.remove(before.uuid());
          before.get("interfaces").rows().forEach(row -> forget(row, before.uuid()));
        }
        if (after != null) {
          ports.put(name(after), after);
          portNames.put(after.uuid(), name(after));
          after.get("interfaces").rows().forEach(row -> portOfInterface.put(row, after));
        }
      }
      case "Interface" -> {
        if (before != null) {
          interfaces.computeIfPresent(
              name(before), (key, row) -> row.uuid().equals(before.uuid()) ? null : row);
          interfacesByRow.remove(before.uuid());
        }
        if (after != null) {
          InterfaceRow row = networkInterface(after);
          interfaces.put(row.name(), row);
          interfacesByRow.put(row.uuid(), row);
        }
      }
      case "QoS" -> {
        if (after == null) {
          qos.remove(before.uuid());
        } else {
          qos.put(after.uuid(), after.get("external_ids").texts());
        }
      }
      default -> throw new IllegalArgumentException(table);
    }
  }

  private void bridge(OvsdbRow before, OvsdbRow after) {
    if (before != null) {
      String name = name(before);
      bridges.computeIfPresent(name, (key, row) -> row.uuid().equals(before.uuid()) ? null : row);
      for (UUID port : before.get("ports").rows()) {
        bridgeOfPort.remove(port, name);
      }
    }
    if (after != null) {
      BridgeRow row =
          new BridgeRow(
              after.uuid(),
              name(after),
              after.get("datapath_type").text(),
              after.get("ports").rows(),
              BridgeUse.settings(after));
      bridges.put(row.name(), row);
      for (UUID port : row.ports()) {
        bridgeOfPort.put(port, row.name());
      }
    }
  }

  /** A row's name may be taken over by another row in one update, in whatever order they come. */
  private static void forget(Map<String, OvsdbRow> rows, OvsdbRow before) {
    if (before != null) {
      rows.computeIfPresent(
          name(before), (key, row) -> row.uuid().equals(before.uuid()) ? null : row);
    }
  }

  private void forget(UUID networkInterface, UUID port) {
    portOfInterface.computeIfPresent(
        networkInterface, (key, row) -> row.uuid().equals(port) ? null : row);
  }

  private static String name(OvsdbRow row) {
    return row.get("name").text();
  }

  private static OptionalInt number(OptionalLong number) {
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }

  private static InterfaceRow networkInterface(OvsdbRow row) {
    return new InterfaceRow(
        row.uuid(),
        name(row),
        row.get("type").text(),
        row.get("options").texts(),
        row.get("external_ids").texts(),
        number(row.get("mtu_request").number()),
        number(row.get("ofport").number()),
        row.get("error").text(),
        new OvsPort.Policing(
            row.get("ingress_policing_rate").number().orElse(0),
            row.get("ingress_policing_burst").number().orElse(0)));
  }

  @Override
  public boolean isKnown() {
    return true;
  }

  @Override
  public Optional<BridgeRow> bridge(String name) {
    return Optional.ofNullable(bridges.get(name));
  }

  @Override
  public Optional<PortRow> port(String name) {
    return Optional.ofNullable(ports.get(name)).map(this::port);
  }

  private PortRow port(OvsdbRow row) {
    return new PortRow(
        row.uuid(),
        name(row),
        bridgeOfPort.getOrDefault(row.uuid(), ""),
        number(row.get("tag").number()),
        row.get("vlan_mode").text(),
        row.get("trunks").numbers(),
        row.get("interfaces").rows());
  }

  @Override
  public Optional<PortRow> portOf(InterfaceRow networkInterface) {
    return Optional.ofNullable(portOfInterface.get(networkInterface.uuid())).map(this::port);
  }

  @Override
  public List<InterfaceRow> interfacesOf(PortRow port) {
    return port.interfaces().stream()
        .map(interfacesByRow::get)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparing(InterfaceRow::name))
        .toList();
  }

  @Override
  public Optional<InterfaceRow> networkInterface(String name) {
    return Optional.ofNullable(interfaces.get(name));
  }

  @Override
  public List<InterfaceRow> interfaces() {
    return interfaces.values().stream().sorted(Comparator.comparing(InterfaceRow::name)).toList();
  }

  @Override
  public List<UUID> qos(Map<String, String> externalIds) {
    List<UUID> found = new ArrayList<>();
    qos.forEach(
        (uuid, ids) -> {
          if (ids.entrySet().containsAll(externalIds.entrySet())) {
            found.add(uuid);
          }
        });
    return found;
  }

  @Override
  public boolean hasInterfaceType(String type) {
    return interfaceTypes.equals(OvsdbValue.empty())
        || (interfaceTypes instanceof OvsdbValue.Atoms types && types.atoms().contains(type));
  }

  @Override
  public boolean hasColumn(String table, String column) {
    return schema == null || schema.hasColumn(table, column);
  }
}
