package io.fastvif.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.ovsdb.TransactionOutcome.Kind;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;

/** The client against a real ovsdb-server. */
class OvsdbServerTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");

  @TempDir Path folder;

  /** Keeps the names of QoS types, by row. */
  private static final class Types implements RowListener {
    final Map<UUID, OvsdbRow> rows = new TreeMap<>();

    @Override
    public void cleared() {
      rows.clear();
    }

    @Override
    public void changed(String table, OvsdbRow before, OvsdbRow after) {
      if (!table.equals("QoS")) {
        return;
      }
      if (after == null) {
        rows.remove(before.uuid());
      } else {
        rows.put(after.uuid(), after);
      }
    }

    List<String> types() {
      return rows.values().stream().map(row -> row.get("type").text()).sorted().toList();
    }
  }

  private final Types types = new Types();

  private OvsdbClient client(String address) {
    return OvsdbClient.builder(OvsdbAddress.parse(address), "Open_vSwitch")
        .monitor("Open_vSwitch", "next_cfg", "cur_cfg", "no_such_column")
        .monitor("QoS", "type", "external_ids")
        .monitor("NoSuchTable", "column")
        .listener(types)
        .build();
  }

  private static boolean await(OvsdbClient client, BooleanSupplier condition) throws Exception {
    CompletableFuture<Boolean> met = new CompletableFuture<>();
    client.await(condition, LIMIT, met::complete);
    return met.get(60, TimeUnit.SECONDS);
  }

  private static TransactionOutcome transact(OvsdbClient client, OvsdbTransaction transaction)
      throws Exception {
    CompletableFuture<TransactionOutcome> outcome = new CompletableFuture<>();
    client.transact(transaction, LIMIT, outcome::complete);
    return outcome.get(60, TimeUnit.SECONDS);
  }

  private static OvsdbTransaction insert(String type) {
    OvsdbTransaction transaction = new OvsdbTransaction("Open_vSwitch");
    transaction.insert(
        "QoS",
        "row",
        Map.of(
            "type",
            OvsdbValue.of(type),
            "external_ids",
            OvsdbValue.map(Map.of("a", "1", "b", "2"))));
    return transaction;
  }

  private void checkTransactions(OvsdbClient client) throws Exception {
    assertTrue(await(client, () -> true));
    assertFalse(client.schema().hasColumn("Open_vSwitch", "no_such_column"));
    assertEquals(Kind.COMMITTED, transact(client, insert("linux-htb")).kind());
    assertEquals(List.of("linux-htb"), client.read(types::types));
    OvsdbRow row = client.read(() -> types.rows.values().iterator().next());
    assertEquals(Map.of("a", "1", "b", "2"), row.get("external_ids").texts());

    OvsdbTransaction change = new OvsdbTransaction("Open_vSwitch");
    change.expect("QoS", row.uuid(), "type", OvsdbValue.of("linux-htb"));
    change.mutate("QoS", row.uuid(), "external_ids", "delete", OvsdbValue.set(List.of("a")));
    change.mutate(
        "QoS", row.uuid(), "external_ids", "insert", OvsdbValue.map(Map.of("c", "3 \"quoted\"")));
    assertEquals("", transact(client, change).message());
    assertEquals(
        Map.of("b", "2", "c", "3 \"quoted\""),
        client.read(() -> types.rows.get(row.uuid()).get("external_ids").texts()));

    OvsdbTransaction wrong = insert("linux-hfsc");
    int place = wrong.expect("QoS", row.uuid(), "type", OvsdbValue.of("another"));
    TransactionOutcome refused = transact(client, wrong);
    assertEquals(Kind.REFUSED, refused.kind());
    assertEquals(place, refused.failedOperation());
    assertEquals("timed out", refused.error());
    assertEquals(List.of("linux-htb"), client.read(types::types));

    OvsdbTransaction delete = new OvsdbTransaction("Open_vSwitch");
    delete.delete("QoS", row.uuid());
    assertEquals(Kind.COMMITTED, transact(client, delete).kind());
    assertEquals(List.of(), client.read(types::types));

    // Of a row that is gone nothing can be changed, and then nothing else is done either.
    OvsdbTransaction mutation = insert("linux-hfsc");
    mutation.mutate("QoS", row.uuid(), "external_ids", "delete", OvsdbValue.set(List.of("b")));
    assertEquals(Kind.REFUSED, transact(client, mutation).kind());
    OvsdbTransaction update = insert("linux-hfsc");
    update.update("QoS", row.uuid(), Map.of("type", OvsdbValue.of("linux-htb")));
    assertEquals(Kind.REFUSED, transact(client, update).kind());
    assertEquals(List.of(), client.read(types::types));
  }

  @KernelTest
  void transactsOverAUnixSocket() throws Exception {
    try (OvsHost host = OvsHost.database(folder, SCHEMA);
        OvsdbClient client = client(host.address())) {
      checkTransactions(client);
    }
  }

  @KernelTest
  void aHundredTransactionsAreUnderWayAtTheSameTime() throws Exception {
    try (OvsHost host = OvsHost.database(folder, SCHEMA);
        OvsdbClient client = client(host.address())) {
      assertTrue(await(client, () -> true));
      List<CompletableFuture<TransactionOutcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        CompletableFuture<TransactionOutcome> outcome = new CompletableFuture<>();
        outcomes.add(outcome);
        client.transact(insert("type" + i), LIMIT, outcome::complete);
      }
      for (CompletableFuture<TransactionOutcome> outcome : outcomes) {
        assertEquals(Kind.COMMITTED, outcome.get(60, TimeUnit.SECONDS).kind());
      }
      assertEquals(100, client.read(() -> types.rows.size()));
    }
  }

  @KernelTest
  void findsARestartedServerAgainAndReadsTheRowsAnew() throws Exception {
    try (OvsHost host = OvsHost.database(folder, SCHEMA);
        OvsdbClient client = client(host.address())) {
      assertTrue(await(client, () -> true));
      transact(client, insert("linux-htb"));
      host.killDatabase();
      TransactionOutcome outcome = transact(client, insert("linux-hfsc"));
      assertTrue(
          outcome.kind() == Kind.UNKNOWN || outcome.kind() == Kind.NOT_SENT, outcome::toString);
      host.startDatabase();
      host.vsctl("--no-wait create QoS type=linux-sfq");
      assertTrue(await(client, () -> types.types().contains("linux-sfq")));
      assertEquals(List.of("linux-htb", "linux-sfq"), client.read(types::types));
      assertEquals(Kind.COMMITTED, transact(client, insert("linux-codel")).kind());
    }
  }

  @KernelTest
  void aServerThatStandsStillIsGivenUp() throws Exception {
    try (OvsHost host = OvsHost.database(folder, SCHEMA);
        OvsdbClient client =
            OvsdbClient.builder(OvsdbAddress.parse(host.address()), "Open_vSwitch")
                .monitor("QoS", "type")
                .listener(types)
                .probe(Duration.ofSeconds(2))
                .build()) {
      assertTrue(await(client, () -> true));
      Process stop = new ProcessBuilder("kill", "-STOP", "" + host.databasePid()).start();
      assertEquals(0, stop.waitFor());
      try {
        TransactionOutcome outcome = transact(client, insert("linux-htb"));
        assertEquals(Kind.UNKNOWN, outcome.kind());
        assertTrue(outcome.message().contains("the server does not answer"), outcome::message);
        assertFalse(client.isCurrent());
      } finally {
        Process go = new ProcessBuilder("kill", "-CONT", "" + host.databasePid()).start();
        assertEquals(0, go.waitFor());
      }
      // The transaction had come through: the rows say so.
      assertTrue(await(client, () -> types.types().equals(List.of("linux-htb"))));
    }
  }

  @KernelTest
  void transactsOverTls() throws Exception {
    Path keys = Files.createDirectories(folder.resolve("keys"));
    Certificates.make(keys);
    try (OvsHost host =
        OvsHost.database(
            folder,
            SCHEMA,
            "--remote=pssl:0:127.0.0.1",
            "--private-key=" + keys.resolve("server.key"),
            "--certificate=" + keys.resolve("server.crt"),
            "--ca-cert=" + keys.resolve("ca.crt"))) {
      Peer.require("ip", "iproute2").run("link set lo up");
      OvsdbAddress address = OvsdbAddress.parse("ssl:127.0.0.1:" + host.port());
      for (String key : List.of("client.key", "client-pkcs1.key")) {
        TlsCredentials credentials =
            TlsCredentials.read(
                keys.resolve(key), keys.resolve("client.crt"), keys.resolve("ca.crt"));
        try (OvsdbClient client =
            OvsdbClient.builder(address, "Open_vSwitch")
                .monitor("QoS", "type", "external_ids")
                .listener(types)
                .tls(credentials)
                .build()) {
          checkTransactions(client);
        }
      }
      TlsCredentials stranger =
          TlsCredentials.read(
              keys.resolve("client.key"), keys.resolve("client.crt"), keys.resolve("other.crt"));
      try (OvsdbClient client =
          OvsdbClient.builder(address, "Open_vSwitch").tls(stranger).listener(types).build()) {
        CompletableFuture<Boolean> met = new CompletableFuture<>();
        client.await(() -> true, LIMIT, met::complete);
        assertFalse(met.get(90, TimeUnit.SECONDS));
        assertTrue(client.problem().contains("certif"), client::problem);
      }
    }
  }
}
