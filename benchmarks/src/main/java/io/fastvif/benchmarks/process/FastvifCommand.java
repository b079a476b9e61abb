package io.fastvif.benchmarks.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code fastvif} command as a process of its own: by the launcher that this was started with,
 * as users start it, and otherwise by this JVM's program and classes.
 */
public final class FastvifCommand {
  /** The system property that has the launcher's path. */
  public static final String LAUNCHER = "io.fastvif.command";

  private FastvifCommand() {}

  /** Whether it is started as users start it, with the JVM's options and the cache for that. */
  public static boolean isLaunched() {
    return System.getProperty(LAUNCHER) != null;
  }

  /**
   * What starts it.
   *
   * @param arguments the command's name and its arguments
   */
  public static ProcessBuilder of(List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (isLaunched()) {
      command.add(System.getProperty(LAUNCHER));
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath()));
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "io.fastvif.cli.Fastvif"));
    }
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("FASTVIF_AGENT"); // or it would speak to another agent
    return builder;
  }

  /** This JVM's program and classes, for another. */
  public static String classPath() {
    return System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path");
  }
}
