package io.fastvif.engine;

import io.fastvif.ovsdb.OvsdbClient;
import io.fastvif.ovsdb.OvsdbRow;
import io.fastvif.ovsdb.OvsdbSchema;
import io.fastvif.ovsdb.RowListener;
import io.fastvif.plan.OvsSnapshot;
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
  private final Map<String, Bridge> bridges;
  private final Map<UUID, String> bridgeOfPort;
  private final Map<String, OvsdbRow> ports;
  private final Map<String, Interface> interfaces;
  private final Map<UUID, Interface> interfacesByRow;
  private final Map<UUID, OvsdbRow> portOfInterface;
  private final Map<UUID, Map<String, String>> qos;
  private OvsdbSchema schema;
  private long nextConfig;
  private long currentConfig;

  OvsRows() {
    bridges = new HashMap<>();
    bridgeOfPort = new HashMap<>();
    ports = new HashMap<>();
    interfaces = new HashMap<>();
    interfacesByRow = new HashMap<>();
    portOfInterface = new HashMap<>();
    qos = new HashMap<>();
  }

  private OvsRows(OvsRows other, OvsdbSchema schema) {
    bridges = new HashMap<>(other.bridges);
    bridgeOfPort = new HashMap<>(other.bridgeOfPort);
    ports = new HashMap<>(other.ports);
    interfaces = new HashMap<>(other.interfaces);
    interfacesByRow = new HashMap<>(other.interfacesByRow);
    portOfInterface = new HashMap<>(other.portOfInterface);
    qos = new HashMap<>(other.qos);
    this.schema = schema;
  }

  /** Names the columns to the client. */
  static OvsdbClient.Builder monitor(OvsdbClient.Builder client) {
    return client
        .monitor("Open_vSwitch", "next_cfg", "cur_cfg")
        .monitor("Bridge", "name", "datapath_type", "ports")
        .monitor("Port", "name", "interfaces", "tag")
        .monitor(
            "Interface",
            "name",
            "type",
            "options",
            "external_ids",
            "mtu_request",
            "ofport",
            "error")
        .monitor("QoS", "external_ids");
  }

  /** A copy that does not change any more, for planning. */
  OvsSnapshot copy(OvsdbSchema current) {
    return new OvsRows(this, current);
  }

  /** What the rows have to be read with. */
  void schema(OvsdbSchema current) {
    schema = current;
  }

  /** The number of the newest configuration that the database holds. */
  long nextConfig() {
    return nextConfig;
  }

  /** The number of the newest configuration that ovs-vswitchd has applied. */
  long currentConfig() {
    return currentConfig;
  }

  @Override
  public void cleared() {
    bridges.clear();
    bridgeOfPort.clear();
    ports.clear();
    interfaces.clear();
    interfacesByRow.clear();
    portOfInterface.clear();
    qos.clear();
    nextConfig = 0;
    currentConfig = 0;
  }

  @Override
  public void changed(String table, OvsdbRow before, OvsdbRow after) {
    switch (table) {
      case "Open_vSwitch" -> {
        if (after != null) {
          nextConfig = after.get("next_cfg").number().orElse(0);
          currentConfig = after.get("cur_cfg").number().orElse(0);
        }
      }
      case "Bridge" -> bridge(before, after);
      case "Port" -> {
        forget(ports, before);
        if (before != null) {
          before.get("interfaces").rows().forEach(row -> forget(row, before.uuid()));
        }
        if (after != null) {
          ports.put(name(after), after);
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
          Interface row = networkInterface(after);
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
      Bridge row =
          new Bridge(
              after.uuid(),
              name(after),
              after.get("datapath_type").text(),
              after.get("ports").rows());
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

  private static Interface networkInterface(OvsdbRow row) {
    return new Interface(
        row.uuid(),
        name(row),
        row.get("type").text(),
        row.get("options").texts(),
        row.get("external_ids").texts(),
        number(row.get("mtu_request").number()),
        number(row.get("ofport").number()),
        row.get("error").text());
  }

  @Override
  public boolean isKnown() {
    return true;
  }

  @Override
  public Optional<Bridge> bridge(String name) {
    return Optional.ofNullable(bridges.get(name));
  }

  @Override
  public Optional<Port> port(String name) {
    return Optional.ofNullable(ports.get(name)).map(this::port);
  }

  private Port port(OvsdbRow row) {
    return new Port(
        row.uuid(),
        name(row),
        bridgeOfPort.getOrDefault(row.uuid(), ""),
        number(row.get("tag").number()),
        row.get("interfaces").rows());
  }

  @Override
  public Optional<Port> portOf(Interface networkInterface) {
    return Optional.ofNullable(portOfInterface.get(networkInterface.uuid())).map(this::port);
  }

  @Override
  public List<Interface> interfacesOf(Port port) {
    return port.interfaces().stream()
        .map(interfacesByRow::get)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparing(Interface::name))
        .toList();
  }

  @Override
  public Optional<Interface> networkInterface(String name) {
    return Optional.ofNullable(interfaces.get(name));
  }

  @Override
  public List<Interface> interfaces() {
    return interfaces.values().stream().sorted(Comparator.comparing(Interface::name)).toList();
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
  public boolean hasColumn(String table, String column) {
    return schema == null || schema.hasColumn(table, column);
  }
}
