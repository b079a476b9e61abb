package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A run of the command as a process of its own, in the namespace of the thread that starts it. */
record ChildRun(int status, String out, String err) {
  private static final int NOBODY = 65534;
  private static final int TIMEOUT_SECONDS = 240;

  /** As root, with nothing on the PATH. */
  static ChildRun asRoot(String... arguments) throws IOException, InterruptedException {
    return run(List.of(), classPath(), arguments);
  }

  /**
   * As a user without any privilege.
   *
   * @param copy the class path as {@link #copyClassPath} made it
   */
  static ChildRun asNobody(String setpriv, String copy, String... arguments)
      throws IOException, InterruptedException {
    return run(
        List.of(setpriv, "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"),
        copy,
        arguments);
  }

  /**
   * As root in the C locale, started by a shell.
   *
   * @param script does with the command, its {@code "$@"}, what the test is about
   */
  static ChildRun inShell(String script, String... arguments)
      throws IOException, InterruptedException {
    return run(List.of("/bin/sh", "-c", script, "sh"), classPath(), arguments);
  }

  /**
   * As a user without any privilege who is root of a user namespace, in a network namespace of
   * that.
   *
   * @param copy the class path as {@link #copyClassPath} made it
   */
  static ChildRun inUserNamespace(String copy, String... arguments)
      throws IOException, InterruptedException {
    String user = "--reuid=" + NOBODY + " --regid=" + NOBODY + " --clear-groups";
    String script = "exec setpriv " + user + " unshare -Urn \"$@\"";
    return run(List.of("/bin/sh", "-c", script, "sh"), copy, arguments);
  }

  /** The command line of a command that ends soon. */
  static List<String> command(String classPath, String... arguments) {
    return command(List.of("-XX:TieredStopAtLevel=1"), classPath, arguments);
  }

  /** The command line of the command, with these options of the JVM. */
  static List<String> command(List<String> options, String classPath, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath, "io.fastvif.cli.Fastvif"));
    command.addAll(List.of(arguments));
    return command;
  }

  private static ChildRun run(List<String> prefix, String classPath, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(command(classPath, arguments));
    Path out = Files.createTempFile("fastvif-test", ".out");
    Path err = Files.createTempFile("fastvif-test", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().clear();
      boolean shell = prefix.contains("/bin/sh");
      builder.environment().put("PATH", shell ? "/usr/sbin:/usr/bin:/sbin:/bin" : "/nonexistent");
      Process process =
          builder
              .directory(Path.of("/").toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        fail(command + ": not done in " + TIMEOUT_SECONDS + " s");
      }
      return new ChildRun(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Where this process has the command's classes from, be it the class path or the module path. */
  static String classPath() {
    return System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path");
  }

  /** Copies the class path to a folder that everybody may read. */
  static String copyClassPath(Path folder) throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : classPath().split(":", -1)) {
      Path source = Path.of(entry);
      if (!entry.isEmpty() && Files.exists(source)) {
        Path target = folder.resolve(copies.size() + "-" + source.getFileName());
        copyTree(source, target);
        copies.add(target.toString());
      }
    }
    return String.join(":", copies);
  }

  private static void copyTree(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path to = target.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
