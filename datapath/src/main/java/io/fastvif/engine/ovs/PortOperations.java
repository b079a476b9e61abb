package io.fastvif.engine.ovs;

import io.fastvif.ovsdb.OvsdbTransaction;
import io.fastvif.ovsdb.OvsdbValue;
import io.fastvif.plan.OvsChange;
import io.fastvif.plan.OvsPort;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.QosIds;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Writes a batch's operations on the rows of Port, Interface and QoS. */
final class PortOperations {
  private final OvsSnapshot rows;
  private final BatchOperations operations;
  private final OvsdbTransaction transaction;

  PortOperations(OvsSnapshot rows, BatchOperations operations) {
    this.rows = rows;
    this.operations = operations;
    transaction = operations.transaction();
  }

  /** Gives an existing interface what it lacks. */
  void complete(OvsSnapshot.InterfaceRow row, OvsPort wanted) {
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
      operations.owned(transaction.update("Interface", row.uuid(), columns));
    }
    complete(row.uuid(), "options", row.options(), wanted.options());
    complete(row.uuid(), "external_ids", row.externalIds(), wanted.externalIds());
  }

  private void complete(
      UUID row, String column, Map<String, String> present, Map<String, String> wanted) {
    Map<String, String> lacking = new LinkedHashMap<>(wanted);
    lacking.entrySet().removeIf(pair -> pair.getValue().equals(present.get(pair.getKey())));
    Map<String, String> counted = new LinkedHashMap<>(wanted);
    counted.keySet().removeAll(lacking.keySet());
    if (!counted.isEmpty()) {
      transaction.expectAmong("Interface", row, column, OvsdbValue.map(counted));
    }
    if (lacking.isEmpty()) {
      return;
    }
    Set<String> replaced = new HashSet<>(lacking.keySet());
    replaced.retainAll(present.keySet());
    if (!replaced.isEmpty()) {
      operations.owned(
          transaction.mutate("Interface", row, column, "delete", OvsdbValue.set(replaced)));
    }
    operations.owned(
        transaction.mutate("Interface", row, column, "insert", OvsdbValue.map(lacking)));
  }

  void restore(OvsChange.RestoreInterface restore) {
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
    operations.owned(transaction.update("Interface", former.uuid(), columns));
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
    operations.owned(
        transaction.mutate("Interface", row, column, "delete", OvsdbValue.set(given.keySet())));
    if (!back.isEmpty()) {
      operations.owned(
          transaction.mutate("Interface", row, column, "insert", OvsdbValue.map(back)));
    }
  }

  /** Inserts a port with its interface; returns what refers to it. */
  Object insert(OvsPort port) {
    int number = operations.nextName();
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
    OvsPort.Creation creation = port.creation();
    if (!creation.policing().equals(OvsPort.Policing.NONE)) {
      columns.put("ingress_policing_rate", OvsdbValue.of(creation.policing().rate()));
      columns.put("ingress_policing_burst", OvsdbValue.of(creation.policing().burst()));
    }
    operations.owned(transaction.insert("Interface", "i" + number, columns));
    columns = new LinkedHashMap<>();
    columns.put("name", OvsdbValue.of(port.name()));
    columns.put("interfaces", OvsdbValue.named("i" + number));
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
      operations.owned(
          transaction.insert(
              "QoS",
              "q" + number,
              Map.of(
                  "type", OvsdbValue.of(creation.qos().type()),
                  "external_ids", OvsdbValue.map(creation.qos().externalIds()))));
      columns.put("qos", OvsdbValue.named("q" + number));
    }
    operations.owned(transaction.insert("Port", "p" + number, columns));
    return new OvsdbValue.NamedUuid("p" + number);
  }

  /** Whatever its type: the option that gave it may have been another one then. */
  void deleteQos(String port) {
    for (UUID row : rows.qos(QosIds.of(port))) {
      operations.owned(transaction.delete("QoS", row));
    }
  }
}
