package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.bindings.fault.NthCallFails;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.forward.Idle;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.testing.Await;
import io.fastvif.testing.FaultMatrix;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.session.BackendProbe;
import io.fastvif.vhostuser.session.FrontendListener;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A port's life, from its opening over a guest that sends a frame to its closing, with each of its
 * system calls failing in turn, beside a port whose guest stays. In one matrix the port listens and
 * the guest's rings are split, in the other it connects and they are packed. A program: it runs in
 * a child.
 */
final class PortFaultMatrix implements AutoCloseable {
  private static final String OPERATOR = "operator";
  private static final long ANSWER_MILLIS = 120_000;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** How long a frame may take that a fault may have taken away. */
  private static final long FRAME_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  private final ExecutorService operator =
      Executors.newSingleThreadExecutor(task -> new Thread(task, OPERATOR));
  private final ForwardingPorts ports = ForwardingPorts.start(1, Idle.KICKS);
  private final ServedPort port;
  private final long features;
  private final ServedPort other;
  private final FrontendGuest bystander;
  private long otherFrames;
  private long mappings;

  private PortFaultMatrix(Path folder, VhostUserMode mode, long features) throws Exception {
    port = served(folder, "one", mode);
    this.features = features;
    other = served(folder, "two", VhostUserMode.CLIENT);
    for (ServedPort served : new ServedPort[] {port, other}) {
      Tap.createPersistent(served.tap(), new TapOptions(false, true, -1, -1));
      Peer.require("ip", "iproute2").run("link set " + served.tap() + " up");
    }
    ports.open(other);
    bystander =
        new FrontendGuest(
            VhostUserFrontend.connect(other.path(), ANSWER_MILLIS), VirtioFeatures.VERSION_1);
    mappings = mappings();
  }

  private static ServedPort served(Path folder, String name, VhostUserMode mode) {
    return new ServedPort(
        "vif-" + name,
        name,
        folder.resolve(name + ".sock").toString(),
        mode,
        new SocketAccess(OptionalInt.of(7), OptionalInt.empty(), 0600),
        1500,
        1,
        name);
  }

  /** The side of the socket that is not the port's. */
  private record Hypervisor(ServedPort served, FrontendListener listener) implements AutoCloseable {
    /** Before the port is opened: then it connects at once. */
    static Hypervisor of(ServedPort served) {
      return new Hypervisor(
          served, served.listens() ? null : FrontendListener.open(ListenOptions.of(served.path())));
    }

    VhostUserFrontend connection() {
      return listener == null
          ? VhostUserFrontend.connect(served.path(), ANSWER_MILLIS)
          : listener.accept(ANSWER_MILLIS);
    }

    @Override
    public void close() {
      if (listener != null) {
        listener.close();
      }
    }
  }

  /** Has the thread do it whose system calls fail. */
  private <T> T operate(Callable<T> operation) throws IOException, InterruptedException {
    try {
      return operator.submit(operation).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException refused) {
        throw refused;
      }
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new AssertionError(e.getCause());
    }
  }

  private PortReport report(ServedPort of) {
    return ports.reports().stream()
        .filter(report -> report.port().equals(of))
        .findFirst()
        .orElseThrow();
  }

  private long framesOf(ServedPort of) {
    PortReport.Direction sent = report(of).fromGuest();
    return sent.frames() + sent.dropped();
  }

  private static void await(String what, Await.Condition condition) throws Exception {
    long deadline = System.nanoTime() + WAIT_NANOS;
    while (!condition.isMet()) {
      assertTrue(System.nanoTime() < deadline, what);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void play(NthCallFails fault) throws Exception {
    String refusal = lifeWithFault();
    SystemCallFaults.remove();
    if (refusal != null) {
      assertTrue(fault.hasFailed(), () -> "refused without a fault: " + refusal);
      assertTrue(
          refusal.contains(Errno.name(fault.errno())), () -> "it does not say why: " + refusal);
    }
    assertOthersGoOn();
    // What is left of the first is no obstacle to the second.
    ports.close(port);
    VhostUserFrontend connection;
    try (Hypervisor hypervisor = Hypervisor.of(port)) {
      assertTrue(ports.open(port));
      connection = hypervisor.connection();
    }
    try (FrontendGuest guest = new FrontendGuest(connection, features)) {
      assertTrue(guest.send(new byte[60]));
      await("a frame of the second guest's", () -> framesOf(port) == 1);
      await("no problem", () -> report(port).problem().isEmpty());
    }
    assertTrue(ports.close(port));
    assertFalse(Files.exists(Path.of(port.path())), "the socket is left");
    assertEquals(mappings, mappings(), "mappings of guests' memory");
    assertNull(ports.failure());
  }

  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("/memfd:")).count();
    }
  }

  /** What went wrong, in words; null if nothing that anybody was told. */
  private String lifeWithFault() throws Exception {
    VhostUserFrontend connection;
    try (Hypervisor hypervisor = Hypervisor.of(port)) {
      try {
        operate(() -> ports.open(port));
      } catch (IOException | RuntimeException refused) {
        return words(refused);
      }
      connection = hypervisor.connection();
    }
    String problem = null;
    try (FrontendGuest guest = new FrontendGuest(connection, features)) {
      guest.send(new byte[60]);
      long deadline = System.nanoTime() + FRAME_NANOS;
      while ((framesOf(port) == 0 || !report(port).problem().isEmpty())
          && System.nanoTime() < deadline) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      String said = report(port).problem();
      problem = said.isEmpty() ? null : said;
    } catch (ProtocolException | SystemCallException lost) {
      await("it says why", () -> !report(port).connected() && !report(port).problem().isEmpty());
      problem = report(port).problem();
    }
    try {
      operate(() -> ports.close(port));
    } catch (IOException | RuntimeException refused) {
      return words(refused);
    }
    return problem;
  }

  private static String words(Throwable refused) {
    StringBuilder words = new StringBuilder();
    for (Throwable t = refused; t != null; t = t.getCause()) {
      words.append(t).append("; ");
    }
    return words.toString();
  }

  private void assertOthersGoOn() throws Exception {
    assertTrue(bystander.send(new byte[60]));
    otherFrames++;
    await("a frame of the other guest's", () -> framesOf(other) == otherFrames);
    assertTrue(BackendProbe.of(other.path(), ANSWER_MILLIS).features() != 0);
    assertEquals("", report(other).problem());
  }

  @Override
  public void close() {
    bystander.close();
    ports.close();
    operator.shutdown();
  }

  private static boolean isOurs(Thread thread) {
    String name = thread.getName();
    return name.startsWith("fastvif") || name.startsWith("forward-") || name.equals(OPERATOR);
  }

  /**
   * The folder for the sockets, the hypervisor's side of the port's and features for its guest;
   * prints how many failures were played.
   */
  public static void main(String[] arguments) throws Exception {
    long begin = System.nanoTime();
    PrintStream out = System.out;
    VhostUserMode mode = VhostUserMode.valueOf(arguments[1]);
    long features = VirtioFeatures.VERSION_1 | Long.parseLong(arguments[2]);
    try (PortFaultMatrix matrix = new PortFaultMatrix(Path.of(arguments[0]), mode, features)) {
      int failures = FaultMatrix.play("a port's life", PortFaultMatrix::isOurs, matrix::play);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      out.println(String.format(Locale.ROOT, "failures=%d in %d ms", failures, millis));
    }
  }
}
