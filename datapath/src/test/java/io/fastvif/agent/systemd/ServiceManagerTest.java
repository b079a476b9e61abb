package io.fastvif.agent.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.LogLines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service manager is told, on a socket such as its own. */
class ServiceManagerTest {
  private static final int SECONDS = 120;

  @TempDir Path folder;

  private static Map<String, String> with(NotifySocket socket, String name, String value) {
    Map<String, String> environment = new HashMap<>(socket.environment());
    environment.put(name, value);
    return environment;
  }

  private static void assertTells(NotifySocket socket) {
    ServiceManager manager = ServiceManager.of(socket.environment());
    manager.ready("3 VIFs\nand more");
    assertEquals("READY=1\nSTATUS=3 VIFs and more", socket.next());
    manager.status("busy");
    assertEquals("STATUS=busy", socket.next());
    long before = System.nanoTime() / 1000;
    manager.reloading();
    String reloading = socket.next();
    assertTrue(reloading.startsWith("RELOADING=1\nMONOTONIC_USEC="), reloading);
    long micros = Long.parseLong(reloading.substring(reloading.lastIndexOf('=') + 1));
    assertTrue(micros >= before && micros <= System.nanoTime() / 1000, reloading);
    manager.stopping();
    assertEquals("STOPPING=1\nSTATUS=ending", socket.next());
  }

  @Test
  void tellsASocketInTheFileSystem() {
    try (NotifySocket socket = new NotifySocket(folder.resolve("notify").toString(), SECONDS)) {
      assertTells(socket);
    }
  }

  @Test
  void tellsAnAbstractSocket() {
    String name = "@fastvif-test-" + ProcessHandle.current().pid();
    try (NotifySocket socket = new NotifySocket(name, SECONDS)) {
      assertTells(socket);
    }
  }

  /** The time is the one that the manager compares with: of /proc, since the machine started. */
  @Test
  void nanoTimeIsTheMonotonicClock() throws Exception {
    double nanoTime = System.nanoTime() / 1e9;
    double uptime = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", -1)[0]);
    // Without the time that the machine was suspended.
    assertTrue(nanoTime > 0 && nanoTime < uptime + 1, nanoTime + " of " + uptime);
  }

  @Test
  void saysNothingWithoutASocketAndLogsWhatCannotBeSent() {
    try (LogLines log = new LogLines("io.fastvif.agent.systemd")) {
      ServiceManager none = ServiceManager.of(Map.of());
      none.ready("");
      assertFalse(none.isThere());
      assertEquals(List.of(), log.lines());
      ServiceManager.of(Map.of(ServiceManager.NOTIFY_SOCKET, folder.resolve("gone").toString()))
          .ready("");
      assertEquals(1, log.lines().size(), log.lines()::toString);
      assertTrue(log.lines().getFirst().contains("READY=1: connect("), log.lines()::toString);
      ServiceManager odd = ServiceManager.of(Map.of(ServiceManager.NOTIFY_SOCKET, "vsock:2:1"));
      assertFalse(odd.isThere());
      assertTrue(log.lines().getLast().contains("vsock:2:1"), log.lines()::toString);
    }
  }

  @Test
  void watchdogIsWantedOnlyOfThisProcess() {
    try (NotifySocket socket = new NotifySocket(folder.resolve("notify").toString(), SECONDS);
        LogLines log = new LogLines("io.fastvif.agent.systemd")) {
      Map<String, String> wanted = with(socket, ServiceManager.WATCHDOG_USEC, "30000000");
      assertEquals(Optional.of(Duration.ofSeconds(30)), ServiceManager.of(wanted).watchdog());
      wanted.put(ServiceManager.WATCHDOG_PID, "1");
      assertEquals(Optional.empty(), ServiceManager.of(wanted).watchdog());
      wanted.put(ServiceManager.WATCHDOG_PID, Long.toString(ProcessHandle.current().pid()));
      assertEquals(Optional.of(Duration.ofSeconds(30)), ServiceManager.of(wanted).watchdog());
      assertEquals(List.of(), log.lines());
      wanted.put(ServiceManager.WATCHDOG_USEC, "soon");
      assertEquals(Optional.empty(), ServiceManager.of(wanted).watchdog());
      assertTrue(log.lines().getFirst().contains("WATCHDOG_USEC=soon"), log.lines()::toString);
    }
  }

  private static void awaitSaid(LogLines log, String what) throws Exception {
    Await.until(what, () -> !log.lines().isEmpty() && log.lines().getLast().contains(what));
  }

  /** Nothing more is told, but for what was on its way when that was said. */
  private static void assertSilent(NotifySocket socket) throws Exception {
    Await.until("nothing is told for a second", () -> socket.next().isEmpty());
  }

  /** Alive as long as each part answers; not any more when one does not, and again when it does. */
  @Test
  @SuppressWarnings("try") // it ends with the block
  void watchdogTellsOnlyWhatIsTrue() throws Exception {
    try (NotifySocket socket = new NotifySocket(folder.resolve("notify").toString(), 1);
        LogLines log = new LogLines("io.fastvif.agent.systemd")) {
      AtomicReference<CompletableFuture<Void>> answer =
          new AtomicReference<>(CompletableFuture.completedFuture(null));
      Map<String, Supplier<CompletableFuture<Void>>> parts = Map.of("engine", answer::get);
      ServiceManager manager =
          ServiceManager.of(with(socket, ServiceManager.WATCHDOG_USEC, "200000"));
      long start = System.nanoTime();
      try (Watchdog watchdog = Watchdog.start(manager, parts)) {
        for (int i = 0; i < 3; i++) {
          Await.until("it is told", () -> socket.next().equals("WATCHDOG=1"));
        }
        assertTrue(System.nanoTime() - start >= 190_000_000L, "at half of the interval");
        CompletableFuture<Void> silent = new CompletableFuture<>();
        answer.set(silent);
        awaitSaid(log, "is alive: engine does not answer");
        assertSilent(socket);
        answer.set(CompletableFuture.completedFuture(null));
        Await.until("it is told again", () -> socket.next().equals("WATCHDOG=1"));
        answer.set(CompletableFuture.failedFuture(new IllegalStateException("closed")));
        awaitSaid(log, "engine fails:");
        assertSilent(socket);
      }
    }
  }
}
