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
  private final OvsdbTransaction transaction = new OvsdbTransaction(DATABASE);
  private final Map<String, BridgeChange> bridges = new LinkedHashMap<>();
  private final List<UUID> deletedBridges = new ArrayList<>();
  private final Set<String> touched = new HashSet<>();
  private final List<OvsRequest> owners = new ArrayList<>();
  private OvsRequest owner;
  private boolean includes;
  private int names;
  private String problem = "";

  /**
   * An empty one.
   *
   * @param root the row of Open_vSwitch
   */
  OvsBatch(OvsSnapshot rows, UUID root) {
    this.rows = rows;
    this.root = root;
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
    owner = request;
    includes = false;
    for (OvsChange change : changes) {
      include(change);
    }
    owner = null;
    return includes ? Verdict.INCLUDED : Verdict.SATISFIED;
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
      case OvsChange.RestoreInterface restore -> restore(restore);
      case OvsChange.DeletePortsOf unresolved -> throw new IllegalStateException("" + unresolved);
      case OvsChange.DeleteBridge delete ->
          deleteBridge(delete.name(), delete.onlyIfEmpty(), false);
      case OvsChange.TakeBackBridge delete -> deleteBridge(delete.name(), true, true);
    }
  }

  /** Notes who the operation is for, or that it is for several. */
  private void owned(int place) {
    while (owners.size() < place) {
      owners.add(null);
    }
    owners.add(owner);
    includes = true;
  }

  private void ensure(OvsChange.EnsureBridge ensure) {
    if (bridges.containsKey(ensure.name())) {
      includes |= bridges.get(ensure.name()).existing == null;
      return;
    }
    Optional<OvsSnapshot.BridgeRow> row = rows.bridge(ensure.name());
    BridgeChange change =
        new BridgeChange(row.map(OvsSnapshot.BridgeRow::uuid).orElse(null), ensure.datapathType());
    bridges.put(ensure.name(), change);
    if (row.isEmpty()) {
      change.added.add(
          insertPort(
              new OvsPort(
                  ensure.name(),
                  "internal",
                  Map.of(),
                  Map.of(),
                  OptionalInt.empty(),
                  OvsPort.Creation.NONE)));
    } else if (!row.get().datapathType().equals(ensure.datapathType())) {
      owned(
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
      bridge(add.bridge()).added.add(insertPort(add.port()));
      return;
    }
    Optional<OvsSnapshot.InterfaceRow> row = rows.networkInterface(add.port().name());
    if (row.isPresent()) {
      complete(row.get(), add.port());
    }
  }

  /** Gives an existing interface what it lacks. */
  private void complete(OvsSnapshot.InterfaceRow row, OvsPort wanted) {
    Map<String, OvsdbValue> columns = new LinkedHashMap<>();
    if (!wanted.type().isEmpty() && !wanted.type().equals(row.type())) {
      columns.put("type", OvsdbValue.of(wanted.type()));
    }
    if (wanted.mtuRequest().isPresent()
        && rows.hasColumn("Interface", "mtu_request")
        && !wanted.mtuRequest().equals(row.mtuRequest())) {
      columns.put("mtu_request", OvsdbValue.of(wanted.mtuRequest().getAsInt()));
    }
    if (!columns.isEmpty()) {
      owned(transaction.update("Interface", row.uuid(), columns));
    }
    complete(row.uuid(), "options", row.options(), wanted.options());
    complete(row.uuid(), "external_ids", row.externalIds(), wanted.externalIds());
  }

  private void complete(
      UUID row, String column, Map<String, String> present, Map<String, String> wanted) {
    Map<String, String> lacking = new LinkedHashMap<>(wanted);
    lacking.entrySet().removeIf(pair -> pair.getValue().equals(present.get(pair.getKey())));
    if (lacking.isEmpty()) {
      return;
    }
    Set<String> replaced = new HashSet<>(lacking.keySet());
    replaced.retainAll(present.keySet());
    if (!replaced.isEmpty()) {
      owned(transaction.mutate("Interface", row, column, "delete", OvsdbValue.set(replaced)));
    }
    owned(transaction.mutate("Interface", row, column, "insert", OvsdbValue.map(lacking)));
  }

  private void restore(OvsChange.RestoreInterface restore) {
    OvsSnapshot.InterfaceRow former = restore.former();
    OvsPort given = restore.given();
    if (rows.networkInterface(former.name())
        .filter(row -> row.uuid().equals(former.uuid()))
        .isEmpty()) {
      return; // it is another one by now
    }
    Map<String, OvsdbValue> columns = new LinkedHashMap<>();
    columns.put("type", OvsdbValue.of(former.type()));
    if (given.mtuRequest().isPresent() && rows.hasColumn("Interface", "mtu_request")) {
      columns.put(
          "mtu_request",
          former.mtuRequest().isPresent()
              ? OvsdbValue.of(former.mtuRequest().getAsInt())
              : OvsdbValue.empty());
    }
    owned(transaction.update("Interface", former.uuid(), columns));
    restore(former.uuid(), "options", former.options(), given.options());
    restore(former.uuid(), "external_ids", former.externalIds(), given.externalIds());
  }

  private void restore(
      UUID row, String column, Map<String, String> former, Map<String, String> given) {
    if (given.isEmpty()) {
      return;
    }
    Map<String, String> back = new LinkedHashMap<>(former);
    back.keySet().retainAll(given.keySet());
    owned(transaction.mutate("Interface", row, column, "delete", OvsdbValue.set(given.keySet())));
    if (!back.isEmpty()) {
      owned(transaction.mutate("Interface", row, column, "insert", OvsdbValue.map(back)));
    }
  }

  /** Inserts a port with its interface; returns what refers to it. */
  private Object insertPort(OvsPort port) {
    int number = ++names;
    Map<String, OvsdbValue> columns = new LinkedHashMap<>();
    columns.put("name", OvsdbValue.of(port.name()));
    if (!port.type().isEmpty()) {
      columns.put("type", OvsdbValue.of(port.type()));
    }
    if (!port.options().isEmpty()) {
      columns.put("options", OvsdbValue.map(port.options()));
    }
    if (!port.externalIds().isEmpty()) {
      columns.put("external_ids", OvsdbValue.map(port.externalIds()));
    }
    if (port.mtuRequest().isPresent() && rows.hasColumn("Interface", "mtu_request")) {
      columns.put("mtu_request", OvsdbValue.of(port.mtuRequest().getAsInt()));
    }
    owned(transaction.insert("Interface", "i" + number, columns));
    columns = new LinkedHashMap<>();
    columns.put("name", OvsdbValue.of(port.name()));
    columns.put("interfaces", OvsdbValue.named("i" + number));
    OvsPort.Creation creation = port.creation();
    if (creation.tag().isPresent()) {
      columns.put("tag", OvsdbValue.of(creation.tag().getAsInt()));
      if (creation.trunkOnly()) {
        columns.put("vlan_mode", OvsdbValue.of("trunk"));
        columns.put("trunks", OvsdbValue.of(creation.tag().getAsInt()));
      }
    }
    if (!creation.trunks().isEmpty()) {
      columns.put("vlan_mode", OvsdbValue.of("trunk"));
      columns.put("trunks", OvsdbValue.set(creation.trunks().stream().map(Long::valueOf).toList()));
    }
    if (creation.qos() != null) {
      deleteQos(port.name());
      owned(
          transaction.insert(
              "QoS",
              "q" + number,
              Map.of(
                  "type", OvsdbValue.of(creation.qos().type()),
                  "external_ids", OvsdbValue.map(creation.qos().externalIds()))));
      columns.put("qos", OvsdbValue.named("q" + number));
    }
    owned(transaction.insert("Port", "p" + number, columns));
    return new OvsdbValue.NamedUuid("p" + number);
  }

  /** Whatever its type: the option that gave it may have been another one then. */
  private void deleteQos(String port) {
    for (UUID row : rows.qos(QosIds.of(port))) {
      owned(transaction.delete("QoS", row));
    }
  }

  private void delete(OvsChange.DeletePort delete) {
    Optional<OvsSnapshot.PortRow> port = rows.port(delete.name());
    if (port.isPresent()) {
      if (!OvsOwnership.isOf(delete, port.get(), rows)) {
        return;
      }
      bridge(delete.bridge()).removed.add(port.get().uuid());
      includes = true;
      if (!rows.qos(QosIds.of(delete.name())).isEmpty()) {
        // The database counts references to a deleted row before it drops ports without a bridge.
        owned(
            transaction.update("Port", port.get().uuid(), Map.of("qos", OvsdbValue.set(Set.of()))));
      }
    }
    deleteQos(delete.name());
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
        owner.note = "the bridge " + name + " is left: " + user;
        return;
      }
      owned(
          transaction.expect(
              "Bridge", row.get().uuid(), "ports", OvsdbValue.set(row.get().ports())));
      if (onlyIfUnused) {
        BridgeUse.UNSET.forEach(
            (column, value) -> {
              if (rows.hasColumn("Bridge", column)) {
                owned(transaction.expect("Bridge", row.get().uuid(), column, value));
              }
            });
      }
    }
    deletedBridges.add(row.get().uuid());
    includes = true;
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
            String reference = "b" + ++names;
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
    return operation >= 0 && operation < owners.size() ? owners.get(operation) : null;
  }
}
