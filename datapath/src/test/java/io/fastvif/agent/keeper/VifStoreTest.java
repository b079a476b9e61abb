package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.PlugRequest;
import io.fastvif.json.PlugRequests;
import io.fastvif.vif.InstanceInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VifStoreTest {
  private static final String FULL = "No space left on device";

  @TempDir Path state;

  private static Declaration tap(String id) {
    return Declaration.of(KeptVifCases.tap(id, "tap1", 1450), Map.of());
  }

  private Path log() {
    return state.resolve("vifs.log");
  }

  private List<String> ids() throws IOException {
    try (VifStore store = VifStoreFixture.open(state)) {
      return ids(store);
    }
  }

  private static List<String> ids(VifStore store) {
    return store.takeStored().stream().map(vif -> vif.declaration().id()).sorted().toList();
  }

  private static void put(VifStore store, String id) {
    store.put(tap(id)).done().join();
  }

  @Test
  void aDeclarationComesBackAsItWas() throws Exception {
    PlugRequest tap = KeptVifCases.tap(1, 1450);
    InstanceInfo instance = InstanceInfo.builder().uuid("u").name("n\u00fc\n\"").build();
    PlugRequest request = new PlugRequest("vif", tap.vif(), Optional.of(instance));
    Map<String, String> options = Map.of("tap.one", "1", "ovs.two", "\u00e4 \" }\n");
    Declaration declaration = Declaration.of(request, options);
    Declaration read = Declaration.read(declaration.bytes());
    assertEquals(request.vif(), read.request().vif());
    assertEquals(request.instance(), read.request().instance());
    assertEquals(options, read.options());
    assertEquals(declaration.declared(), read.declared());
    assertTrue(read.isSameAs(declaration));
    assertFalse(read.isChanging());
    assertTrue(Declaration.read(declaration.changing(true).bytes()).isChanging());
    assertFalse(read.isSameAs(Declaration.of(tap, options)));
    assertFalse(read.isSameAs(Declaration.of(request, Map.of())));
  }

  /** Python has sets in another order in each process, and Nova's start would write all anew. */
  @Test
  void aDeclarationIsTheSameInWhicheverOrderItsChangesAre() {
    String vif =
        """
        {"versioned_object.name": "VIFGeneric", "versioned_object.namespace": "os_vif",
         "versioned_object.version": "1.0",
         "versioned_object.data": {"id": "tap-vif-1", "plugin": "tap", "vif_name": "tap1"},
         "versioned_object.changes": [%s]}
        """;
    Declaration one = declared(vif.formatted("\"id\", \"plugin\", \"vif_name\""));
    Declaration other = declared(vif.formatted("\"vif_name\", \"id\", \"plugin\""));
    assertTrue(one.isSameAs(other));
    assertFalse(one.isSameAs(declared(vif.formatted("\"id\""))));
  }

  private static Declaration declared(String vif) {
    return Declaration.of(PlugRequests.read(vif).getFirst(), Map.of());
  }

  /** What was answered is told of, also where there is nothing readable behind it. */
  @Test
  void aDamagedEndIsKeptAside() throws Exception {
    fill();
    String whole = text();
    int last = whole.lastIndexOf("\nput ") + 1;
    String flipped =
        whole.substring(0, whole.length() - 10) + "~" + whole.substring(whole.length() - 9);
    assertDamaged(flipped, List.of("a", "b"));
    assertDamaged(whole.substring(0, last) + "nothing that a store writes", List.of("a", "b"));
    assertDamaged(whole.replace("put ", "pot "), List.of());
    assertDamaged("\u0000".repeat(whole.length()), List.of());
  }

  private void assertDamaged(String text, List<String> kept) throws IOException {
    Files.writeString(log(), text);
    Path aside = state.resolve("vifs.log.bad");
    try (VifStore store = VifStoreFixture.open(state)) {
      assertEquals(kept, ids(store));
      assertEquals(1, store.unreadable().size(), () -> store.unreadable().toString());
      assertEquals(text, Files.readString(aside));
    }
    assertEquals(kept, ids());
    Files.delete(aside);
  }

  @Test
  void zerosBehindWhatWasWrittenAreCutOff() throws Exception {
    fill();
    String whole = text();
    for (String torn : List.of("\u0000".repeat(4096), "put 1" + "\u0000".repeat(100))) {
      Files.writeString(log(), whole + torn);
      try (VifStore store = VifStoreFixture.open(state)) {
        assertEquals(List.of(), store.unreadable());
      }
      assertEquals(whole, text());
    }
  }

  @Test
  void anyIdIsKept() throws Exception {
    List<String> ids =
        List.of(
            "../../etc/passwd", "a/b", "\u00fcber", "x".repeat(1000), "line\nput 1 2\n\u0000", "=");
    try (VifStore store = VifStoreFixture.open(state)) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      ids.forEach(id -> all.add(store.put(tap(id)).done()));
      all.forEach(CompletableFuture::join);
      ids.forEach(id -> store.mark(id).join());
    }
    try (VifStore store = VifStoreFixture.open(state)) {
      List<StoredVif> found = store.takeStored();
      assertEquals(ids.size(), found.size());
      assertTrue(found.stream().allMatch(StoredVif::isToUnplug));
      assertEquals(List.of(), store.unreadable());
      ids.forEach(id -> store.remove(id).join());
    }
    assertEquals(List.of(), ids());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(log())));
  }

  @Test
  void theLogIsWrittenAnewWhenMostOfItIsWaste() throws Exception {
    try (VifStore store = VifStoreFixture.open(state)) {
      put(store, "stays");
      store.mark("stays").join();
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        all.add(store.put(tap("changes")).done());
      }
      all.forEach(CompletableFuture::join);
      put(store, "new");
    }
    assertTrue(Files.size(log()) < 3 << 20, () -> log().toFile().length() + " bytes");
    try (VifStore store = VifStoreFixture.open(state)) {
      assertEquals(
          List.of("changes false", "new false", "stays true"),
          store.takeStored().stream()
              .map(vif -> vif.declaration().id() + " " + vif.isToUnplug())
              .sorted()
              .toList());
    }
  }

  private String text() throws IOException {
    return Files.readString(log(), StandardCharsets.UTF_8);
  }

  private void fill() throws IOException {
    try (VifStore store = VifStoreFixture.open(state)) {
      List.of("a", "b", "c").forEach(id -> put(store, id));
    }
  }

  /** A record that was not whole was acknowledged to nobody. */
  @Test
  void aTornEndIsCutOff() throws Exception {
    fill();
    String whole = text();
    int last = whole.lastIndexOf("\nput ") + 1;
    for (String torn : List.of("", "p", "put 1", whole.substring(last, whole.length() - 1))) {
      Files.writeString(log(), whole.substring(0, last) + torn);
      try (VifStore store = VifStoreFixture.open(state)) {
        assertEquals(List.of("a", "b"), ids(store));
        assertEquals(List.of(), store.unreadable());
        put(store, "d");
      }
      assertEquals(List.of("a", "b", "d"), ids());
    }
  }

  @Test
  void whatCannotBeReadIsNamedAndKeptAside() throws Exception {
    fill();
    String damaged = text().replaceFirst("\"id\":\"b\"", "\"id\":\"B\"");
    Files.writeString(log(), damaged);
    try (VifStore store = VifStoreFixture.open(state)) {
      assertEquals(List.of("a", "c"), ids(store));
      assertEquals(1, store.unreadable().size());
      assertTrue(
          store.unreadable().getFirst().matches(".*are no record; a copy is kept as .*log\\.bad"),
          store.unreadable()::toString);
      Files.move(state.resolve("vifs.log.bad"), state.resolve("looked at"));
      assertEquals(List.of(), store.unreadable());
      Files.move(state.resolve("looked at"), state.resolve("vifs.log.bad"));
    }
    assertEquals(damaged, Files.readString(state.resolve("vifs.log.bad")));
    try (VifStore store = VifStoreFixture.open(state)) {
      assertEquals(List.of("a", "c"), ids(store));
      assertEquals(1, store.unreadable().size(), "it is said until somebody has looked at it");
      Files.move(state.resolve("vifs.log.bad"), state.resolve("looked at"));
      assertEquals(List.of(), store.unreadable());
      Files.move(state.resolve("looked at"), state.resolve("vifs.log.bad"));
    }
    Files.writeString(log(), "rubbish\n" + text());
    try (VifStore store = VifStoreFixture.open(state)) {
      assertEquals(List.of("a", "c"), ids(store));
      assertTrue(Files.exists(state.resolve("vifs.log.bad1")));
    }
  }

  @Test
  void whatANewerAgentWroteIsNamed() throws Exception {
    String newer = new String(tap("n").bytes(), StandardCharsets.UTF_8);
    byte[] body = newer.replace("\"format\":1", "\"format\":2").getBytes(StandardCharsets.UTF_8);
    Files.write(log(), LogRecord.of(LogRecord.Kind.PUT, body));
    try (VifStore store = VifStoreFixture.open(state)) {
      assertTrue(
          store.unreadable().getFirst().contains("a newer agent wrote it: its format is 2"),
          store.unreadable()::toString);
    }
  }

  private static IOException failure(CompletableFuture<Void> change) {
    ExecutionException failed = assertThrows(ExecutionException.class, change::get);
    return assertInstanceOf(IOException.class, failed.getCause());
  }

  private static void refuse(FaultyDisk disk, String... steps) {
    List<String> refused = List.of(steps);
    disk.refuse(
        (step, file) -> {
          if (refused.contains(step)) {
            throw new IOException(FULL);
          }
        });
  }

  @Test
  void whatTheDiskRefusesIsNotThere() throws Exception {
    FaultyDisk disk = FaultyDisk.refusing();
    try (VifStore store = VifStoreFixture.open(state, disk)) {
      put(store, "old");
      refuse(disk, "append");
      assertInstanceOf(UnwrittenException.class, failure(store.put(tap("new")).done()));
      refuse(disk, "sync");
      assertEquals(FULL, failure(store.put(tap("new")).done()).getMessage());
      refuse(disk, "sync", "write");
      assertEquals(FULL, failure(store.put(tap("new")).done()).getMessage());
      assertInstanceOf(UnwrittenException.class, failure(store.mark("old")));
      refuse(disk);
      put(store, "newer"); // the log is made good before that
    }
    assertEquals(List.of("newer", "old"), ids());
    assertEquals("the store is closed", failure(lateChange()).getMessage());
  }

  private CompletableFuture<Void> lateChange() throws IOException {
    VifStore store = VifStoreFixture.open(state);
    store.close();
    return store.put(tap("late")).done();
  }

  /** The reserve is there for that. */
  @Test
  void whatIsToBeUnpluggedNeedsNoRoomOnAFullDisk() throws Exception {
    FaultyDisk disk = FaultyDisk.refusing();
    try (VifStore store = VifStoreFixture.open(state, disk)) {
      put(store, "old");
      disk.refuse(
          (step, file) -> {
            boolean isWriting = step.equals("append") || step.equals("write");
            if (isWriting && Files.exists(state.resolve("reserve"))) {
              throw new IOException(FULL);
            }
          });
      failure(store.put(tap("new")).done());
      store.mark("old").join();
      store.remove("old").join();
    }
    assertEquals(List.of(), ids());
    assertTrue(Files.exists(state.resolve("reserve")), "there is one again");
  }
}
