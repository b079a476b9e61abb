package io.fastvif.benchmarks.vhostuser;

import io.fastvif.benchmarks.process.FastvifCommand;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.Idle;
import io.fastvif.forward.Port;
import io.fastvif.forward.TapPort;
import io.fastvif.forward.VhostUserPort;
import io.fastvif.vhostuser.session.BackendObserver;
import io.fastvif.vhostuser.session.BackendOptions;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.SessionLoop;
import io.fastvif.vhostuser.session.VhostUserBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * fastvif's backend as a process: one loop on a processor of its own between two guests, or a guest
 * and a tap. It ends when its standard input does, so that it does not outlive who started it.
 */
public final class IdleBackend {
  /** Before the name of a tap. */
  static final String TAP = "tap:";

  private IdleBackend() {}

  /** What starts it, in a JVM with the options that {@code vhost-user serve} has. */
  static List<String> command(Idle idle, String first, String second) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-XX:+UnlockDiagnosticVMOptions", "-XX:-UsePerfData"));
    command.addAll(List.of("-XX:AsyncDeflationInterval=0", "-XX:ServiceThreadCleanupInterval=0"));
    command.addAll(List.of("-XX:GuaranteedSafepointInterval=0", "-cp", FastvifCommand.classPath()));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", IdleBackend.class.getName()));
    command.addAll(List.of(idle.name(), first, second));
    return command;
  }

  /**
   * Runs it.
   *
   * @param arguments what the loop does without work, a guest's socket, and another's or {@code
   *     tap:NAME}
   * @throws IOException if standard input cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    boolean isToHost = arguments[2].startsWith(TAP);
    VhostUserPort first =
        isToHost ? VhostUserPort.toHost("first", 1) : VhostUserPort.toGuest("first", 1);
    try (Forwarder forwarder =
            Forwarder.startOn(new int[] {FastvifBackend.PROCESSOR}, Idle.valueOf(arguments[0]));
        SessionLoop sessions = SessionLoop.start();
        VhostUserBackend guest = listen(sessions, first, arguments[1])) {
      if (isToHost) {
        serve(forwarder, first, TapPort.attach(arguments[2].substring(TAP.length()), 1), guest);
        return;
      }
      VhostUserPort second = VhostUserPort.toGuest("second", 1);
      try (VhostUserBackend other = listen(sessions, second, arguments[2])) {
        serve(forwarder, first, second, other);
      }
    }
  }

  private static VhostUserBackend listen(SessionLoop sessions, VhostUserPort port, String socket) {
    return VhostUserBackend.listen(
        sessions,
        ListenOptions.of(socket),
        BackendOptions.of(port.features(), 1),
        port,
        BackendObserver.NONE);
  }

  private static void serve(
      Forwarder forwarder, VhostUserPort first, Port second, VhostUserBackend listening)
      throws IOException {
    forwarder.connect(first, second);
    System.out.println(listening == null ? "not listening" : "listening");
    while (System.in.read() >= 0) {
      // until it ends
    }
  }
}
