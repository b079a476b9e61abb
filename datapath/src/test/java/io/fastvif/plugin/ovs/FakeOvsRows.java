package io.fastvif.plugin.ovs;

import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.SnapshotBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/** Rows of Open vSwitch by their names. */
record FakeOvsRows(
    Map<String, BridgeRow> bridges, Map<String, PortRow> ports, Map<String, InterfaceRow> byName)
    implements OvsSnapshot {
  static final FakeOvsRows NONE = new FakeOvsRows(Map.of(), Map.of(), Map.of());

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
    return Optional.ofNullable(ports.get(name));
  }

  @Override
  public Optional<InterfaceRow> networkInterface(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  @Override
  public List<OvsSnapshot.InterfaceRow> interfaces() {
    return List.copyOf(byName.values());
  }

  @Override
  public List<UUID> qos(Map<String, String> externalIds) {
    return List.of();
  }

  @Override
  public boolean hasInterfaceType(String type) {
    return true;
  }

  @Override
  public boolean hasColumn(String table, String column) {
    return true;
  }

  /** A host with one port on a bridge. */
  static SnapshotBuilder withPort(String bridge, String name, String interfaceId) {
    UUID uuid = new UUID(1, 1);
    FakeOvsRows rows =
        new FakeOvsRows(
            Map.of(
                bridge,
                new OvsSnapshot.BridgeRow(
                    new UUID(2, 2), bridge, "netdev", Set.of(uuid), Set.of())),
            Map.of(
                name,
                new OvsSnapshot.PortRow(
                    uuid, name, bridge, OptionalInt.empty(), "", Set.of(), Set.of(uuid))),
            Map.of(
                name,
                new OvsSnapshot.InterfaceRow(
                    uuid,
                    name,
                    "",
                    Map.of(),
                    Map.of("iface-id", interfaceId),
                    OptionalInt.empty(),
                    OptionalInt.of(1),
                    "",
                    OvsPort.Policing.NONE)));
    return new SnapshotBuilder().ovs(() -> rows);
  }
}
