package io.fastvif.engine.ovs;

import io.fastvif.ovsdb.OvsdbTransaction;
import io.fastvif.ovsdb.OvsdbValue;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsOwnership;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.QosIds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * Makes one transaction of the changes of many plans. Each change is held against the rows as they
 * are now; what is so already needs no operation. Ports that come to or leave a bridge are gathered
 * and change the bridge's row in one operation each, behind one that checks that the bridge is
 * still there.
 */
final class OvsBatch {
  static final String DATABASE = "Open_vSwitch";

  /** What becomes of a plan's change. */
  enum Verdict {
    /** All is as it should be. */
    SATISFIED,
    /** Its operations are in the transaction. */
    INCLUDED,
    /** It concerns what another change of the transaction concerns: its turn is in the next one. */
    DEFERRED,
    /** It cannot be done; {@link #problem()} says why. */
    IMPOSSIBLE
  }

  /** A bridge that the transaction changes or creates. */
  private static final class BridgeChange {
    final UUID existing;
    final String datapathType;
    final List<Object> added = new ArrayList<>();
    final List<Object> removed = new ArrayList<>();

    BridgeChange(UUID existing, String datapathType) {
      this.existing = existing;
      this.datapathType = datapathType;
    }
  }

  private final OvsSnapshot rows;
  private final UUID root;
  private final BatchOperations operations = new BatchOperations();
  private final OvsdbTransaction transaction = operations.transaction();
  private final PortOperations ports;
  private final Map<String, BridgeChange> bridges = new LinkedHashMap<>();
  private final List<UUID> deletedBridges = new ArrayList<>();
  private final Set<String> touched = new HashSet<>();
  private String problem = "";

  /**
   * An empty one.
   *
   * @param root the row of Open_vSwitch
   */
  OvsBatch(OvsSnapshot rows, UUID root) {
    this.rows = rows;
    this.root = root;
    ports = new PortOperations(rows, operations);
  }

  /** Why the last change was impossible. */
  String problem() {
    return problem;
  }

  /** Takes a plan's changes in, all or none. */
  Verdict add(OvsRequest request) {
    Set<String> concerned = new HashSet<>();
    List<OvsChange> changes = resolved(request.step.changes());
    for (OvsChange change : changes) {
      Verdict verdict = check(change, changes, concerned);
      if (verdict != Verdict.INCLUDED) {
        return verdict;
      }
    }
    touched.addAll(concerned);
    operations.begin(request);
    for (OvsChange change : changes) {
      include(change);
    }
    return operations.end() ? Verdict.INCLUDED : Verdict.SATISFIED;
  }

  /** The same with the names of the ports that are found by their iface-id. */
  private List<OvsChange> resolved(List<OvsChange> changes) {
    List<OvsChange> resolved = new ArrayList<>(changes.size());
    for (OvsChange change : changes) {
      if (change instanceof OvsChange.DeletePortsOf delete) {
        for (String port : rows.portsOf(delete.bridge(), delete.interfaceId())) {
          resolved.add(
              new OvsChange.DeletePort(
                  delete.bridge(), port, delete.interfaceId(), delete.vifId()));
        }
      } else {
        resolved.add(change);
      }
    }
    return resolved;
  }

  private Verdict check(OvsChange change, List<OvsChange> all, Set<String> concerned) {
    return switch (change) {
      case OvsChange.EnsureBridge ensure -> {
        BridgeChange pending = bridges.get(ensure.name());
        boolean other = pending != null && !pending.datapathType.equals(ensure.datapathType());
        yield other || isDeleted(ensure.name()) ? Verdict.DEFERRED : Verdict.INCLUDED;
      }
      case OvsChange.AddPort add -> checkAdd(add, all, concerned);
      case OvsChange.DeletePort delete -> concern(delete.name(), concerned);
      case OvsChange.RestoreInterface restore -> concern(restore.former().name(), concerned);
      case OvsChange.DeletePortsOf unresolved -> throw new IllegalStateException("" + unresolved);
      case OvsChange.DeleteBridge delete -> checkDelete(delete.name(), concerned);
      case OvsChange.TakeBackBridge delete -> checkDelete(delete.name(), concerned);
    };
  }

  private Verdict checkDelete(String bridge, Set<String> concerned) {
    BridgeChange pending = bridges.get(bridge);
    boolean wanted = pending != null && (pending.existing == null || !pending.added.isEmpty());
    return wanted ? Verdict.DEFERRED : concern(bridge, concerned);
  }

  private boolean isDeleted(String bridge) {
    return rows.bridge(bridge).filter(row -> deletedBridges.contains(row.uuid())).isPresent();
  }

  private Verdict concern(String name, Set<String> concerned) {
    concerned.add(name);
    return touched.contains(name) ? Verdict.DEFERRED : Verdict.INCLUDED;
  }

  private Verdict checkAdd(OvsChange.AddPort add, List<OvsChange> all, Set<String> concerned) {
    String name = add.port().name();
    if (isDeleted(add.bridge())) {
      return Verdict.DEFERRED;
    }
    Optional<OvsSnapshot.PortRow> port = rows.port(name);
    if (port.isPresent() && !port.get().bridge().equals(add.bridge())) {
      problem = "the port " + name + " belongs to the bridge " + port.get().bridge();
      return Verdict.IMPOSSIBLE;
    }
    if (port.isPresent() && !mayTake(add, port.get())) {
      return Verdict.IMPOSSIBLE;
    }
    Optional<OvsSnapshot.InterfaceRow> taken = rows.networkInterface(name);
    if (taken.isPresent()
        && (port.isEmpty() || !port.get().interfaces().contains(taken.get().uuid()))) {
      problem = "an interface " + name + " belongs to another port";
      return Verdict.IMPOSSIBLE;
    }
    boolean ensured =
        all.stream()
            .anyMatch(
                change ->
                    change instanceof OvsChange.EnsureBridge ensure
                        && ensure.name().equals(add.bridge()));
    if (!ensured && rows.bridge(add.bridge()).isEmpty() && !bridges.containsKey(add.bridge())) {
      problem = "there is no bridge " + add.bridge();
      return Verdict.IMPOSSIBLE;
    }
    return concern(name, concerned);
  }

  /** Whether a port that is there is the VIF's, or one that the plan knows that it takes over. */
  private boolean mayTake(OvsChange.AddPort add, OvsSnapshot.PortRow port) {
    List<OvsSnapshot.InterfaceRow> interfaces = rows.interfacesOf(port);
    if (interfaces.stream().noneMatch(row -> row.name().equals(port.name()))) {
      problem =
          "the port "
              + port.name()
              + " has other interfaces: "
              + interfaces.stream().map(OvsSnapshot.InterfaceRow::name).toList();
      return false;
    }
    String own = add.port().interfaceId();
    for (String id : OvsOwnership.interfaceIds(port, rows)) {
      if (add.takenOver() != null && !id.equals(own) && !id.equals(add.takenOver())) {
        problem = "the port " + port.name() + " is another VIF's, with the iface-id " + id;
        return false;
      }
    }
    return true;
  }

  private void include(OvsChange change) {
    switch (change) {
      case OvsChange.EnsureBridge ensure -> ensure(ensure);
      case OvsChange.AddPort add -> add(add);
      case OvsChange.DeletePort delete -> delete(delete);
      case OvsChange.RestoreInterface restore -> ports.restore(restore);
      case OvsChange.DeletePortsOf unresolved -> throw new IllegalStateException("" + unresolved);
      case OvsChange.DeleteBridge delete ->
          deleteBridge(delete.name(), delete.onlyIfEmpty(), false);
      case OvsChange.TakeBackBridge delete -> deleteBridge(delete.name(), true, true);
    }
  }

  private void ensure(OvsChange.EnsureBridge ensure) {
    if (bridges.containsKey(ensure.name())) {
      if (bridges.get(ensure.name()).existing == null) {
        operations.include();
      }
      return;
    }
    Optional<OvsSnapshot.BridgeRow> row = rows.bridge(ensure.name());
    BridgeChange change =
        new BridgeChange(row.map(OvsSnapshot.BridgeRow::uuid).orElse(null), ensure.datapathType());
    bridges.put(ensure.name(), change);
    if (row.isEmpty()) {
      change.added.add(
          ports.insert(
              new OvsPort(
                  ensure.name(),
                  "internal",
                  Map.of(),
                  Map.of(),
                  OptionalInt.empty(),
                  OvsPort.Creation.NONE)));
    } else if (!row.get().datapathType().equals(ensure.datapathType())) {
      operations.owned(
          transaction.update(
              "Bridge",
              row.get().uuid(),
              Map.of("datapath_type", OvsdbValue.of(ensure.datapathType()))));
    }
  }

  private BridgeChange bridge(String name) {
    return bridges.computeIfAbsent(
        name,
        key ->
            rows.bridge(name)
                .map(row -> new BridgeChange(row.uuid(), row.datapathType()))
                .orElseThrow());
  }

  private void add(OvsChange.AddPort add) {
    Optional<OvsSnapshot.PortRow> port = rows.port(add.port().name());
    if (port.isEmpty()) {
      bridge(add.bridge()).added.add(ports.insert(add.port()));
      return;
    }
    expectOn(add.bridge(), port.get());
    Optional<OvsSnapshot.InterfaceRow> row = rows.networkInterface(add.port().name());
    if (row.isPresent()) {
      ports.complete(row.get(), add.port());
    }
  }

  private void delete(OvsChange.DeletePort delete) {
    Optional<OvsSnapshot.PortRow> port = rows.port(delete.name());
    if (port.isPresent()) {
      if (!OvsOwnership.isOf(delete, port.get(), rows)) {
        return;
      }
      expectOn(delete.bridge(), port.get());
      bridge(delete.bridge()).removed.add(port.get().uuid());
      operations.include();
      if (!rows.qos(QosIds.of(delete.name())).isEmpty()) {
        // The database counts references to a deleted row before it drops ports without a bridge.
        operations.owned(
            transaction.update("Port", port.get().uuid(), Map.of("qos", OvsdbValue.set(Set.of()))));
      }
    }
    if (port.isEmpty()) {
      transaction.expectNone("Port", "name", OvsdbValue.of(delete.name()));
      operations.assumed();
    }
    ports.deleteQos(delete.name());
  }

  /** Another client may have removed the port, and this one not have heard of it yet. */
  private void expectOn(String bridge, OvsSnapshot.PortRow port) {
    rows.bridge(bridge)
        .ifPresent(
            row ->
                transaction.expectAmong("Bridge", row.uuid(), "ports", OvsdbValue.of(port.uuid())));
    operations.assumed();
  }

  private void deleteBridge(String name, boolean onlyIfEmpty, boolean onlyIfUnused) {
    Optional<OvsSnapshot.BridgeRow> row = rows.bridge(name);
    if (row.isEmpty()) {
      return;
    }
    BridgeChange change = bridges.get(name);
    if (onlyIfEmpty) {
      BridgeUse use = new BridgeUse(row.get(), rows);
      String user = use.otherPort(change == null ? List.of() : change.removed);
      if (user == null && onlyIfUnused) {
        user = use.setting();
      }
      if (user == null && change != null && !change.added.isEmpty()) {
        user = "a port is about to join it";
      }
      if (user != null) {
        operations.current().note = "the bridge " + name + " is left: " + user;
        return;
      }
      transaction.expect("Bridge", row.get().uuid(), "ports", OvsdbValue.set(row.get().ports()));
      if (onlyIfUnused) {
        BridgeUse.UNSET.forEach(
            (column, value) -> {
              if (rows.hasColumn("Bridge", column)) {
                transaction.expect("Bridge", row.get().uuid(), column, value);
              }
            });
      }
    }
    deletedBridges.add(row.get().uuid());
    operations.include();
  }

  /**
   * The whole transaction: what was gathered of each bridge, and a new number of the configuration.
   * Null if there is nothing to send.
   */
  OvsdbTransaction finish() {
    List<Object> newBridges = new ArrayList<>();
    bridges.forEach(
        (name, change) -> {
          if (change.existing == null) {
            String reference = "b" + operations.nextName();
            transaction.insert(
                "Bridge",
                reference,
                Map.of(
                    "name", OvsdbValue.of(name),
                    "datapath_type", OvsdbValue.of(change.datapathType),
                    "ports", OvsdbValue.set(change.added)));
            newBridges.add(new OvsdbValue.NamedUuid(reference));
            return;
          }
          if (!change.removed.isEmpty() && !deletedBridges.contains(change.existing)) {
            transaction.mutate(
                "Bridge", change.existing, "ports", "delete", OvsdbValue.set(change.removed));
          }
          if (!change.added.isEmpty()) {
            transaction.expect("Bridge", change.existing, "name", OvsdbValue.of(name));
            transaction.mutate(
                "Bridge", change.existing, "ports", "insert", OvsdbValue.set(change.added));
          }
        });
    if (!newBridges.isEmpty()) {
      transaction.mutate(DATABASE, root, "bridges", "insert", OvsdbValue.set(newBridges));
    }
    if (!deletedBridges.isEmpty()) {
      transaction.mutate(DATABASE, root, "bridges", "delete", OvsdbValue.set(deletedBridges));
    }
    if (transaction.size() == 0) {
      return null;
    }
    transaction.mutate(DATABASE, root, "next_cfg", "+=", OvsdbValue.of(1));
    return transaction;
  }

  /** Who an operation was for; null if it was for several. */
  OvsRequest owner(int operation) {
    return operations.owner(operation);
  }
}
