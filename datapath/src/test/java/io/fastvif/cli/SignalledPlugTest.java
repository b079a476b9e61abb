package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.testing.ComparableState;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that plug and unplug many VIFs, and get a signal in the middle of it. After SIGTERM and
 * SIGINT they end in order; after all of them, plugging and unplugging again leaves the host as if
 * nothing had happened. {@code -Dfastvif.signal-moments=N} tries more moments.
 */
class SignalledPlugTest {
  private static final int VIFS = 60;
  private static final int MOMENTS = Integer.getInteger("fastvif.signal-moments", 1);
  private static final int END_SECONDS = 240;
  private static final int MORE_TRIALS = 20;

  private static final String HOST =
      """
      link set lo up
      link add eth1 address 02:00:00:00:00:01 type veth peer name wire address 02:00:00:00:00:11
      link set eth1 addrgenmode none
      link set wire addrgenmode none
      link set wire up
      link set eth1 up
      address add 10.0.0.5/24 dev eth1
      address add 10.0.0.6/24 dev eth1
      route add default via 10.0.0.1 dev eth1 metric 100
      route add 10.9.0.0/16 via 10.0.0.1 table 77 mtu 1400
      rule add iif eth1 lookup 77 priority 500
      neighbour add 10.0.0.9 lladdr 02:00:00:00:00:99 dev eth1 nud permanent
      """;

  /** What is plugged, and the signals that come to it, unless more moments are tried. */
  private enum Kind {
    TAPS("linux_bridge.create_port=none", "KILL INT"),
    PAIRS("linux_bridge.create_port=veth", "KILL TERM"),
    UPLINK("linux_bridge.create_port=tap", "KILL TERM INT");

    private final String option;
    private final String signals;

    Kind(String option, String signals) {
      this.option = option;
      this.signals = MOMENTS == 1 ? signals : "KILL TERM INT";
    }

    Vif vif(int number) {
      String id = new UUID((long) number << 32, number).toString();
      String name = "port" + number;
      return switch (this) {
        case TAPS -> Vifs.tap(id, name).network(Network.builder().mtu(1450).build()).build();
        case PAIRS -> Vifs.bridged(id, name, null, 1450);
        case UPLINK -> Vifs.bridged(id, name, "eth1", 1450);
      };
    }
  }

  @TempDir Path folder;
  private final HostStateReader reader = new HostStateReader();
  private ComparableState comparable;
  private HostState unplugged;
  private int struck;

  private static void makeHost() throws Exception {
    Path file = Files.createTempFile("fastvif-host", ".ip");
    try {
      Files.writeString(file, HOST);
      Peer.require("ip", "iproute2").run("-batch " + file);
    } finally {
      Files.delete(file);
    }
  }

  private String file(Kind kind) throws Exception {
    Vif[] vifs = new Vif[VIFS];
    for (int i = 0; i < VIFS; i++) {
      vifs[i] = kind.vif(i);
    }
    return Files.writeString(folder.resolve(kind + ".json"), Vifs.json(vifs)).toString();
  }

  /** How many links there are that the VIFs' plugs have made. */
  private static int links(RouteSocket socket) {
    int[] count = new int[1];
    LinkMessage link = new LinkMessage();
    socket.dump(
        socket.link().dump(false),
        message -> count[0] += link.wrap(message).name().startsWith("port") ? 1 : 0);
    return count[0];
  }

  private interface Moment {
    boolean isCome(int links);
  }

  /** How a process ended. */
  private record Ended(int status, List<String> lines) {}

  /** Runs the command in a process that gets the signal when the moment has come. */
  private Ended signalled(String verb, Kind kind, String signal, Moment moment) throws Exception {
    Path out = folder.resolve("out");
    List<String> command = new ArrayList<>();
    // A shell that runs in the background has its children ignore SIGINT.
    command.addAll(
        List.of(Peer.require("env", "coreutils").path().toString(), "--default-signal=INT"));
    command.addAll(ChildRun.command(ChildRun.classPath(), verb, "-o", kind.option, file(kind)));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    try (RouteSocket socket = RouteSocket.open()) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
      while (process.isAlive() && !moment.isCome(links(socket))) {
        assertTrue(System.nanoTime() < deadline, "the moment does not come");
      }
      send(signal, process);
      assertTrue(process.waitFor(END_SECONDS, TimeUnit.SECONDS), "it does not end");
      // Of a batch whose links are all there, the rest is still to be done.
      struck += process.exitValue() == Fastvif.DONE ? 0 : 1;
      return new Ended(process.exitValue(), Files.readAllLines(out));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** At once where the JDK can: starting a program takes as long as the rest of a plug. */
  private static void send(String signal, Process process) throws Exception {
    switch (signal) {
      case "KILL" -> process.destroyForcibly();
      case "TERM" -> process.destroy();
      default -> new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
    }
  }

  /** Each VIF has its line, and the host has what the lines say. */
  private void assertInOrder(Ended ended, String outcome, boolean isPlug, String what) {
    assertEquals(VIFS, ended.lines().size(), what + ": " + ended);
    long done =
        ended.lines().stream().filter(l -> l.contains("\"outcome\":\"" + outcome + "\"")).count();
    long failed =
        ended.lines().stream().filter(line -> line.contains("\"outcome\":\"failed\"")).count();
    assertEquals(VIFS, done + failed, what + ": " + ended);
    assertEquals(failed == 0 ? Fastvif.DONE : Fastvif.FAILED, ended.status(), what);
    try (RouteSocket socket = RouteSocket.open()) {
      assertEquals(isPlug ? done : failed, links(socket), what + ": " + ended);
    }
  }

  private void inNewHost(Kind kind, Body body) throws Exception {
    try (Netns namespace = Netns.createPrivate()) {
      namespace.call(
          () -> {
            makeHost();
            comparable = new ComparableState(reader.readSettled(), false);
            body.run();
            run("unplug", kind);
            HostState now = comparable.of(reader.readSettled());
            unplugged = unplugged == null ? now : unplugged;
            assertEquals(List.of(), unplugged.differences(now), kind.toString());
            return null;
          });
    }
  }

  private interface Body {
    void run() throws Exception;
  }

  private void run(String verb, Kind kind) throws Exception {
    CommandRun.of(verb, "-o", kind.option, file(kind)).expect(Fastvif.DONE);
  }

  private void plugIsSignalled(Kind kind, String signal, int after) throws Exception {
    inNewHost(
        kind,
        () -> {
          Ended ended = signalled("plug", kind, signal, links -> links >= after);
          if (!signal.equals("KILL")) {
            assertInOrder(ended, "plugged", true, kind + " " + signal);
          }
          if (after % 2 == 1) {
            run("plug", kind);
          }
        });
  }

  private void unplugIsSignalled(Kind kind, String signal, int left) throws Exception {
    inNewHost(
        kind,
        () -> {
          run("plug", kind);
          Ended ended = signalled("unplug", kind, signal, links -> links <= left);
          if (!signal.equals("KILL")) {
            assertInOrder(ended, "unplugged", false, kind + " " + signal);
          }
        });
  }

  /** The first is an undisturbed run, with which the others are compared. */
  private void everySignal(Kind kind) throws Exception {
    inNewHost(kind, () -> run("plug", kind));
    int trials = 0;
    for (String signal : kind.signals.split(" ", -1)) {
      for (int i = 0; i < MOMENTS; i++) {
        plugIsSignalled(kind, signal, 1 + i * VIFS / MOMENTS);
        trials++;
      }
    }
    for (int i = 0; i < MOMENTS; i++) {
      unplugIsSignalled(kind, i % 2 == 0 ? "KILL" : "TERM", VIFS - 1 - i * VIFS / MOMENTS);
      trials++;
    }
    for (int i = 0; i < MORE_TRIALS && struck == 0; i++) { // a busy machine is late each time
      plugIsSignalled(kind, "KILL", 1);
      trials++;
    }
    System.out.printf(
        "signals: %s: %d processes of %d VIFs, %d of them hit in the middle%n",
        kind, trials, VIFS, struck);
    assertTrue(struck > 0, "each signal came too late");
  }

  @KernelTest
  void signalledPlugsOfTapsAreEnded() throws Exception {
    everySignal(Kind.TAPS);
  }

  @KernelTest
  void signalledPlugsOfPairsAreEnded() throws Exception {
    everySignal(Kind.PAIRS);
  }

  @KernelTest
  void signalledPlugsThatMoveAnUplinkAreEnded() throws Exception {
    everySignal(Kind.UPLINK);
  }
}
