package io.fastvif.benchmarks.vhostuser;

import io.fastvif.capture.CaptureOptions;
import io.fastvif.capture.FrameCapture;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.forward.PacketPort;
import io.fastvif.forward.Port;
import io.fastvif.forward.TapPort;
import io.fastvif.forward.UplinkSwitch;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.forward.XdpPort;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import io.fastvif.xdp.XdpOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * fastvif's forwarder as a process of its own, which a path is measured with: one loop on one
 * processor, adaptive as {@code vhost-user serve} has it. It ends at the end of its input.
 */
public final class PathForwarder {
  private static final int CAPTURE_BYTES = 1 << 20;
  private static final long CAPTURE_PAUSE_NANOS = 1_000_000;
  private static final String LISTENING = "listening";

  private PathForwarder() {}

  /** Starts it in a namespace. */
  static PathBackend start(PathLab lab, DataPath path, String... way) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As the launcher starts vhost-user serve.
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData"));
    command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:GuaranteedSafepointInterval=0"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath()));
    command.add(PathForwarder.class.getName());
    command.addAll(List.of(lab.folder().toString(), Integer.toString(path.guests())));
    command.addAll(List.of(way));
    Dialogue process = lab.call(() -> new Dialogue(lab.folder(), command));
    return new PathBackend() {
      @Override
      public List<Long> processes() {
        return List.of(process.pid());
      }

      @Override
      public String socket(int guest) {
        return lab.socket(guest);
      }

      @Override
      public void awaitListening() throws IOException {
        process.expect(LISTENING);
      }

      @Override
      public String output() {
        return process.errors();
      }

      @Override
      public void close() {
        process.close();
      }
    };
  }

  private static String classPath() {
    return System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path");
  }

  /**
   * Forwards until its input ends.
   *
   * @param arguments the folder for sockets, the number of guests, the way: {@code af_xdp}, {@code
   *     packet}, {@code switch}, {@code tap} or {@code pairs}, and what is on beside: {@code
   *     capture} of the first guest's port, {@code rates} of all
   * @throws IOException if its input cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    List<VhostUserPort> guests = new ArrayList<>();
    boolean toHost = arguments[2].equals("tap");
    for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
      String name = "guest" + i;
      guests.add(toHost ? VhostUserPort.toHost(name, 1) : VhostUserPort.toGuest(name, 1));
    }
    try (Forwarder forwarder =
            Forwarder.startOn(new int[] {FastvifBackend.PROCESSOR}, Idle.ADAPTIVE);
        SessionLoop sessions = SessionLoop.start()) {
      connect(forwarder, guests, arguments[2]);
      for (String on : List.of(arguments).subList(3, arguments.length)) {
        turnOn(forwarder, guests, on);
      }
      for (int i = 0; i < guests.size(); i++) {
        VhostUserPort guest = guests.get(i);
        VhostUserBackend.listen(
            sessions,
            ListenOptions.of(Path.of(arguments[0], "guest" + i).toString()),
            BackendOptions.of(guest.features(), 1),
            guest,
            BackendObserver.NONE);
      }
      System.out.println(LISTENING);
      while (System.in.read() >= 0) {
        // nothing is said
      }
    }
  }

  private static void connect(Forwarder forwarder, List<VhostUserPort> guests, String way) {
    switch (way) {
      case "af_xdp" -> forwarder.connect(guests.getFirst(), card());
      case "packet" -> forwarder.connect(guests.getFirst(), PacketPort.open(PathLab.CARD));
      case "tap" -> forwarder.connect(guests.getFirst(), TapPort.attach(PathLab.HOST, 1));
      case "pairs" -> {
        for (int i = 0; i < guests.size(); i += 2) {
          forwarder.connect(guests.get(i), guests.get(i + 1));
        }
      }
      case "switch" -> {
        Port card = card();
        UplinkSwitch bridge = new UplinkSwitch(PathLab.CARD);
        forwarder.connect(card, bridge.uplink(card.queues()));
        for (VhostUserPort guest : guests) {
          forwarder.connect(guest, bridge.port(guest.name(), 1, SwitchPortSettings.DEFAULT));
        }
      }
      default -> throw new IllegalArgumentException(way);
    }
  }

  private static void turnOn(Forwarder forwarder, List<VhostUserPort> guests, String what) {
    switch (what) {
      case "capture" -> {
        FrameCapture capture = Forwarder.capture("guest0", CaptureOptions.ALL);
        forwarder.beginCapture(forwarder.pairs().getFirst(), guests.getFirst(), capture);
        Thread.ofPlatform().daemon().start(() -> read(capture));
      }
      case "rates" -> {
        // More than passes here: what it costs to look.
        RateLimit limit = new RateLimit(RateLimit.MAX_RATE, 0, RateLimit.MAX_BURST);
        guests.forEach(guest -> guest.limit(new PortRates(limit, limit)));
      }
      default -> throw new IllegalArgumentException(what);
    }
  }

  /** As who answers a client of a capture does. */
  private static void read(FrameCapture capture) {
    for (byte[] blocks = capture.take(CAPTURE_BYTES);
        blocks != null;
        blocks = capture.take(CAPTURE_BYTES)) {
      if (blocks.length == 0) {
        LockSupport.parkNanos(CAPTURE_PAUSE_NANOS);
      }
    }
  }

  private static Port card() {
    return XdpPort.open(PathLab.CARD, XdpOptions.DEFAULT.withQueues(1));
  }
}
