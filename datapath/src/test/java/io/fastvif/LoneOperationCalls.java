package io.fastvif;

import static io.fastvif.bindings.linux.arch_h.*;

import io.fastvif.bindings.Polling;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.Await;
import io.fastvif.testing.OvsHost;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifOpenVSwitch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * Plugs and unplugs one VIF with nothing else going on, in a process of its own, and prints what
 * each of the threads did for it: a line for each thread and sort of call, such as {@code plug
 * engine sends 2}.
 */
final class LoneOperationCalls {
  private static final int WARM_UPS = 5;
  private static final String PREFIX = "fastvif-";
  private static final String MARK = "fastvif.test.LoneOperation";
  private static final String CALLER = "caller";

  /** The threads that sleep when they have nothing to do. */
  private static final Set<String> SLEEPERS =
      Set.of("engine", "planning", "callback", "deletions", "slow", "waits", "retired");

  private record Call(Thread thread, long number, long first) {}

  /** One that is committed before and after each operation, by the clock of all events. */
  @Name(MARK)
  static final class Mark extends Event {
    String operation;
  }

  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private final VifHost host;
  private final IntFunction<Vif> vifs;

  private LoneOperationCalls(VifHost host, IntFunction<Vif> vifs) {
    this.host = host;
    this.vifs = vifs;
  }

  private static String id(int number) {
    return new UUID((long) number << Integer.SIZE, number).toString();
  }

  private static MacAddress mac(int number) {
    return new MacAddress(0xfa163e000000L + number);
  }

  private static Vif onLinuxBridge(int number) {
    return VifBridge.builder()
        .id(id(number))
        .address(mac(number))
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName("tap" + number)
        .bridgeName("br0")
        .network(Network.builder().shouldProvideBridge(true).mtu(1450).build())
        .build();
  }

  private static PortProfileOpenVSwitch.Builder profile(int number) {
    return PortProfileOpenVSwitch.builder().interfaceId(id(number)).datapathType("netdev");
  }

  private static Network network() {
    return Network.builder().bridge("br-int").mtu(1450).build();
  }

  private static Vif onOpenVSwitch(int number) {
    return VifOpenVSwitch.builder()
        .id(id(number))
        .address(mac(number))
        .plugin("ovs")
        .vifName("tap" + number)
        .bridgeName("br-int")
        .network(network())
        .portProfile(profile(number).createPort(true).createTap(true).build())
        .build();
  }

  private static Vif hybrid(int number) {
    return VifBridge.builder()
        .id(id(number))
        .address(mac(number))
        .plugin("ovs")
        .vifName("tap" + number)
        .bridgeName("qbr" + id(number).substring(0, 11))
        .network(network())
        .portProfile(profile(number).build())
        .build();
  }

  private PlugRequest request(int number) {
    return PlugRequest.of(vifs.apply(number));
  }

  private void run(Outcome expected, Supplier<PlugResult> operation) {
    PlugResult result = operation.get();
    if (result.outcome() != expected) {
      throw new AssertionError(result);
    }
  }

  /** Waits until the engine's threads sleep, and the kernel has answered every deletion. */
  private void awaitRest() throws Exception {
    Await.until(
        "the engine's rest",
        () ->
            host.statistics().busyLanes() == 0
                && threads().stream().allMatch(LoneOperationCalls::isAtRest));
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(PREFIX))
        .toList();
  }

  /** Those that listen sleep in poll(2), which Java does not know of. */
  private static boolean isAtRest(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING
        || !SLEEPERS.contains(role(thread.getName()));
  }

  private void count(String operation, Outcome expected, Supplier<PlugResult> work)
      throws Exception {
    awaitRest();
    calls.clear();
    mark(operation);
    run(expected, work);
    awaitRest();
    mark("");
    Set<Long> asked = new HashSet<>();
    for (Call call : calls) {
      if (call.number == __NR_sendmsg) {
        asked.add(call.first);
      }
      String what = what(call, asked);
      if (!what.isEmpty()) {
        counts.merge(operation + " " + role(call.thread.getName()) + " " + what, 1, Integer::sum);
      }
    }
  }

  private static void mark(String operation) {
    Mark mark = new Mark();
    mark.operation = operation;
    mark.commit();
  }

  /** What a call is counted as; nothing for one that belongs to another that is counted. */
  private static String what(Call call, Set<Long> asked) {
    if (call.number == __NR_sendmsg) {
      return "sends";
    }
    if (call.number == __NR_recvmmsg) {
      return asked.contains(call.first) ? "receives" : "events";
    }
    if (call.number == __NR_openat) {
      return "files";
    }
    if (call.number == __NR_ioctl) {
      return "ioctls";
    }
    boolean isOfAnother =
        call.number == __NR_close
            || call.number == __NR_write
            || call.number == Polling.NUMBER_OF_POLL
            || call.number == __NR_fcntl;
    return isOfAnother ? "" : "call-" + call.number;
  }

  private static String role(String thread) {
    return thread.startsWith(PREFIX)
        ? thread.substring(PREFIX.length()).replaceFirst("-[0-9]+$", "")
        : thread.equals("main") ? CALLER : "others";
  }

  /** How often a thread that slept was woken in each operation, and what files Java itself read. */
  private void countEvents(Recording recording) throws Exception {
    Path file = Files.createTempFile("fastvif-lone", ".jfr");
    List<RecordedEvent> events;
    try {
      recording.dump(file);
      events = new ArrayList<>(RecordingFile.readAllEvents(file));
    } finally {
      Files.delete(file);
    }
    events.sort(Comparator.comparing(RecordedEvent::getEndTime));
    String operation = "";
    Instant begun = Instant.MIN;
    for (RecordedEvent event : events) {
      if (event.getEventType().getName().equals(MARK)) {
        operation = event.getString("operation");
        begun = event.getEndTime();
        continue;
      }
      String role = event.getThread() == null ? "others" : role(event.getThread().getJavaName());
      if (operation.isEmpty() || role.equals("others")) {
        continue;
      }
      String what = what(event, role, begun);
      if (!what.isEmpty()) {
        counts.merge(operation + " " + role + " " + what, 1, Integer::sum);
      }
    }
  }

  private static String what(RecordedEvent event, String role, Instant begun) {
    return switch (event.getEventType().getName()) {
      case "jdk.FileRead" -> isKernelFile(event) ? "files" : "";
      case "jdk.SocketWrite" -> "sends";
      case "jdk.SocketRead" -> event.getLong("bytesRead") > 0 ? "receives" : "";
      default -> isWake(event, role, begun) ? "wakes" : "";
    };
  }

  /** And not one of a class, which is read once. */
  private static boolean isKernelFile(RecordedEvent event) {
    return event.getString("path").matches("/(proc|sys)/.*");
  }

  private static boolean isWake(RecordedEvent event, String role, Instant begun) {
    return event.getEventType().getName().equals("jdk.ThreadPark")
        && (!role.equals(CALLER) || isForResult(event, begun));
  }

  /** The caller also sleeps for a time while it looks whether the engine is at rest. */
  private static boolean isForResult(RecordedEvent park, Instant begun) {
    return park.getStartTime().isAfter(begun) && park.getLong("timeout") < 0;
  }

  private void countTogether(int vifs) throws Exception {
    List<VifOperation> operations =
        IntStream.range(2, 2 + vifs)
            .mapToObj(number -> VifOperation.plug(request(number)))
            .toList();
    List<PlugPlan> plans = host.plan(operations).stream().map(PlannedOperation::plan).toList();
    count(
        "together",
        Outcome.PLUGGED,
        () ->
            host.execute(plans).stream()
                .map(CompletableFuture::join)
                .filter(result -> result.outcome() != Outcome.PLUGGED)
                .findFirst()
                .orElse(new PlugResult(null, Outcome.PLUGGED, null, List.of())));
  }

  private void operate(int together) throws Exception {
    run(Outcome.PLUGGED, () -> host.plug(request(0)).join()); // the bridge has a port from now on
    for (int i = 0; i < WARM_UPS; i++) {
      run(Outcome.PLUGGED, () -> host.plug(request(1)).join());
      run(Outcome.UNPLUGGED, () -> host.unplug(request(1)).join());
      awaitRest();
    }
    SystemCallFaults.install(
        (number, first, second) -> {
          calls.add(new Call(Thread.currentThread(), number, first));
          return 0;
        });
    count("plug", Outcome.PLUGGED, () -> host.plug(request(1)).join());
    count("again", Outcome.UNCHANGED, () -> host.plug(request(1)).join());
    count("unplug", Outcome.UNPLUGGED, () -> host.unplug(request(1)).join());
    VifOperation awaited = VifOperation.plug(request(1));
    count("awaited", Outcome.PLUGGED, () -> host.submitAndWait(awaited));
    if (together > 0) {
      countTogether(together);
    }
    SystemCallFaults.install((number, first, second) -> 0);
    for (int i = 0; i < 2 + together; i++) { // all may be counted once more
      PlugRequest request = request(i);
      run(Outcome.UNPLUGGED, () -> host.unplug(request).join());
    }
  }

  /**
   * Operates on VIFs of one kind.
   *
   * @param arguments the linux_bridge plugin's option {@code create_port}, and how many VIFs to
   *     plug together in the end; or {@code ovs} or {@code hybrid}, and a folder for the database
   *     of Open vSwitch, which is there without a switch: that would change rows when it likes
   */
  public static void main(String[] arguments) throws Exception {
    HostConfiguration.Builder configuration = HostConfiguration.builder(Map.of());
    if (!arguments[0].equals("ovs") && !arguments[0].equals("hybrid")) {
      configuration.option("linux_bridge.create_port", arguments[0]);
      int together = Integer.parseInt(arguments[1]);
      record(configuration.build(), LoneOperationCalls::onLinuxBridge, together);
      return;
    }
    Path folder = Files.createTempDirectory(Path.of(arguments[1]), "ovs");
    try (OvsHost ovs = OvsHost.database(folder, OvsHost.SCHEMA)) {
      configuration.option("ovs.ovsdb_connection", ovs.address());
      configuration.option("ovs.default_qos_type", "");
      boolean isHybrid = arguments[0].equals("hybrid");
      record(
          configuration.build(),
          isHybrid ? LoneOperationCalls::hybrid : LoneOperationCalls::onOpenVSwitch,
          0);
    }
  }

  private static void record(HostConfiguration configuration, IntFunction<Vif> vifs, int together)
      throws Exception {
    Path leases = Files.createTempDirectory("fastvif-lone");
    try (Recording recording = new Recording()) {
      for (String event :
          List.of("jdk.ThreadPark", "jdk.FileRead", "jdk.SocketRead", "jdk.SocketWrite")) {
        recording.enable(event).withoutStackTrace().withThreshold(Duration.ZERO);
      }
      recording.enable(Mark.class).withoutStackTrace();
      recording.start();
      try (VifHost host = VifHost.open(VifHostOptions.of(configuration).withLeases(leases))) {
        LoneOperationCalls lone = new LoneOperationCalls(host, vifs);
        lone.operate(together);
        lone.countEvents(recording);
        lone.counts.forEach((what, count) -> System.out.println(what + " " + count));
      }
    } finally {
      Files.delete(leases);
    }
  }
}
