package io.fastvif.fastpath;

import io.fastvif.forward.Idle;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A process that serves or takes ports over, and is gone at a step, as by a SIGKILL. */
public final class HandOverProcess {
  /** Its exit status at that step. */
  static final int GONE = 77;

  private HandOverProcess() {}

  static ServedPort port(Path folder) {
    return new ServedPort(
        "vif",
        "vhu1",
        folder.resolve("vhu1.sock").toString(),
        VhostUserMode.CLIENT,
        new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0600),
        1500,
        1,
        "vhu1");
  }

  /** One that is joined to the link e0 by AF_XDP. */
  static ServedPort uplinkPort(Path folder) {
    ServedPort tapped = port(folder);
    return new ServedPort(
        tapped.vifId(),
        tapped.name(),
        tapped.path(),
        tapped.mode(),
        tapped.access(),
        tapped.mtu(),
        1,
        "",
        "e0",
        PortRates.UNLIMITED,
        SwitchPortSettings.DEFAULT);
  }

  /**
   * Serves or takes over until it is ended.
   *
   * @param arguments serve or take, the folder, the step
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    String socket = folder.resolve("hand-over").toString();
    HandOverSteps steps =
        step -> {
          if (step.equals(arguments[2])) {
            Runtime.getRuntime().halt(GONE); // without any of Java's hooks
          }
        };
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
      if (arguments[0].equals("serve")) {
        ports.open(port(folder));
        HandOverServer.listen(socket, ports, steps, () -> {});
      } else {
        TakeOver.from(socket, ports, steps);
      }
      System.out.println("serves");
      System.in.read(); // until the parent ends it
    }
  }

  /** Starts one in the network namespace of the calling thread. */
  static Process start(List<String> prefix, Path folder, String what, String step)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(command(HandOverProcess.class, what, folder.toString(), step));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Starts another program there. */
  static Process start(Class<?> main, String... arguments) throws IOException {
    return new ProcessBuilder(command(main, arguments))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static List<String> command(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("jdk.module.path", "")
                    + ":"
                    + System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
