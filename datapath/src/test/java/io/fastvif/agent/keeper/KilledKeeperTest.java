package io.fastvif.agent.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.observe.HostReader;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/**
 * A keeper is killed at random moments while eight clients plug, change and unplug a hundred VIFs.
 * Each time the next one has to bring the host to what was last acknowledged; what was under way
 * may have been done or not. {@code -Dfastvif.keeper.kills=N} says how often; the seed is printed
 * where it fails, and given by {@code -Dfastvif.keeper.seed=N}.
 */
class KilledKeeperTest {
  private static final int KILLS = Integer.getInteger("fastvif.keeper.kills", 3);
  private static final long SEED = Long.getLong("fastvif.keeper.seed", System.nanoTime());
  private static final int CLIENTS = 8;
  private static final int SECONDS = 60;
  private static final int MAX_KILL_MILLIS = 250;

  @TempDir Path state;

  /** What each VIF may be, by its number: more than one while something of it is not answered. */
  private final Map<Integer, Set<String>> possible = new ConcurrentHashMap<>();

  private final AtomicLong acknowledged = new AtomicLong();

  @KernelTest
  void theHostIsWhatWasLastAcknowledgedWheneverItIsKilled() throws Exception {
    Random random = new Random(SEED);
    for (int i = 0; i < ChurnedVif.COUNT; i++) {
      possible.put(i, Set.of(ChurnedVif.NOTHING));
    }
    for (int kill = 0; kill < KILLS; kill++) {
      try (Child child = new Child(state)) {
        String where = "seed " + SEED + ", after " + kill + " kills";
        verify(child, where);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(new Client(child, i, random.nextLong()));
        }
        clients.forEach(Thread::start);
        if (random.nextInt(4) > 0) { // otherwise while the first are under way
          long before = acknowledged.get();
          Await.until("the first answers", () -> acknowledged.get() > before + CLIENTS);
        }
        long millis = random.nextInt(MAX_KILL_MILLIS);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        child.kill();
        for (Client client : clients) {
          client.join(TimeUnit.SECONDS.toMillis(SECONDS));
          assertEquals("", client.problem, where);
        }
      }
    }
    try (Child child = new Child(state)) {
      verify(child, "seed " + SEED + ", at the end");
      for (int i = 0; i < ChurnedVif.COUNT; i++) { // and all of it can be unplugged
        assertEquals("done", child.request("unplug " + i));
        possible.put(i, Set.of(ChurnedVif.NOTHING));
      }
      verify(child, "seed " + SEED + ", all unplugged");
    }
    assertTrue(acknowledged.get() > KILLS, () -> acknowledged + " were acknowledged");
  }

  /** Nobody is asking for anything: what the host has is one of what it may have, from now on. */
  private void verify(Child child, String where) throws Exception {
    HostSnapshot host;
    try (RouteSocket socket = RouteSocket.open()) {
      host = HostReader.read(socket);
    }
    Map<String, String> found = ChurnedVif.onHost(host);
    for (int i = 0; i < ChurnedVif.COUNT; i++) {
      String is = found.getOrDefault(ChurnedVif.id(i), ChurnedVif.NOTHING);
      Set<String> may = possible.get(i);
      int number = i;
      assertTrue(
          may.contains(is), () -> where + ": VIF " + number + " is " + is + ", and may be " + may);
      possible.put(i, Set.of(is));
    }
    List<String> others =
        host.links().stream()
            .filter(link -> link.alias().isEmpty())
            .map(link -> link.name())
            .filter(name -> !Set.of("lo", "br0", "br1").contains(name))
            .filter(name -> !name.startsWith("gst")) // goes with the other end, which is marked
            .toList();
    assertEquals(List.of(), others, where);
    String listed =
        found.keySet().stream().map(id -> " " + id + " PLUGGED").collect(Collectors.joining());
    assertEquals("listed" + listed, child.request("list"), where);
  }

  /** Asks for one thing after another, of VIFs that no other client asks for. */
  private final class Client extends Thread {
    private final Child child;
    private final int first;
    private final Random random;
    private volatile String problem = "";

    Client(Child child, int first, long seed) {
      super("client-" + first);
      this.child = child;
      this.first = first;
      random = new Random(seed);
    }

    @Override
    public void run() {
      try {
        while (ask()) {
          acknowledged.incrementAndGet();
        }
      } catch (Exception | Error thrown) {
        problem = thrown.toString();
      }
    }

    /** False if the child has ended before it answered. */
    private boolean ask() throws Exception {
      int each = (ChurnedVif.COUNT - first + CLIENTS - 1) / CLIENTS;
      int vif = first + CLIENTS * random.nextInt(each);
      int variant = random.nextInt(ChurnedVif.VARIANTS + 1);
      boolean isPlug = variant < ChurnedVif.VARIANTS;
      String becomes = isPlug ? ChurnedVif.devices(vif, variant) : ChurnedVif.NOTHING;
      Set<String> before = possible.get(vif);
      possible.put(
          vif, Stream.concat(before.stream(), Stream.of(becomes)).collect(Collectors.toSet()));
      String answer = child.request(isPlug ? "plug " + vif + " " + variant : "unplug " + vif);
      if (answer.equals(Child.LOST)) {
        return false;
      }
      if (!answer.equals("done")) {
        throw new IOException("VIF " + vif + ": " + answer);
      }
      possible.put(vif, Set.of(becomes));
      return true;
    }
  }

  /** The process that is killed. */
  private static final class Child implements AutoCloseable {
    static final String LOST = "lost";

    private final Process process;
    private final PrintStream requests;
    private final Map<String, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();
    private final Thread reader;
    private volatile boolean ended;

    Child(Path state) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-Xmx256m",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("jdk.module.path", "")
                      + ":"
                      + System.getProperty("java.class.path"),
                  KeeperMain.class.getName(),
                  state.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
      BufferedReader answers = process.inputReader(StandardCharsets.UTF_8);
      assertEquals("ready", answers.readLine());
      reader = new Thread(() -> read(answers), "answers");
      reader.start();
    }

    private void read(BufferedReader answers) {
      try {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
          int space = line.indexOf(' ');
          // A kill may leave half a line, which is no answer.
          CompletableFuture<String> waits =
              space < 0 ? null : waiting.remove(line.substring(0, space));
          if (waits != null && isWhole(line.substring(space + 1))) {
            waits.complete(line.substring(space + 1));
          } else if (waits != null) {
            waits.complete(LOST);
          }
        }
      } catch (IOException killed) {
        // as the end of it
      }
      ended = true;
      waiting.values().forEach(waits -> waits.complete(LOST));
    }

    private static boolean isWhole(String answer) {
      return answer.equals("done")
          || answer.startsWith("failed: ")
          || answer.startsWith("listed")
          || answer.startsWith("threw ");
    }

    String request(String words) throws Exception {
      String number = Long.toString(last.incrementAndGet());
      CompletableFuture<String> answer = new CompletableFuture<>();
      waiting.put(number, answer);
      requests.println(number + " " + words);
      if (ended) {
        answer.complete(LOST);
      }
      return answer.get(SECONDS, TimeUnit.SECONDS);
    }

    void kill() {
      process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
      requests.close();
      try {
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
        reader.join(TimeUnit.SECONDS.toMillis(SECONDS));
      } catch (InterruptedException interrupted) {
        throw new IOException(interrupted);
      }
    }
  }
}
