package io.fastvif.benchmarks.agent;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.keeper.HostKeeper;
import io.fastvif.agent.keeper.KeeperOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A network namespace and a state folder, with a host and a keeper that can be started anew. */
final class KeptHost implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final Path state = Files.createTempDirectory("fastvif-agent");
  private Netns namespace = Netns.createPrivate();
  private VifHost host;
  private HostKeeper keeper;

  private KeptHost() throws IOException {}

  static KeptHost open() throws IOException {
    KeptHost made = new KeptHost();
    made.start();
    return made;
  }

  /** Opens the host and the keeper; the start is over when all that is declared was looked at. */
  void start() throws IOException {
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of()).option("linux_bridge.create_port", "veth").build();
    host = VifHost.open(VifHostOptions.of(configuration).withNamespace(namespace));
    host.snapshot();
  }

  /** Opens the keeper, and waits until all that is declared was looked at. */
  void startKeeper() throws IOException {
    keeper = HostKeeper.open(host, KeeperOptions.of(state));
    await(() -> keeper.unreadiness().isEmpty());
  }

  void stopKeeper() {
    keeper.close();
    keeper = null;
  }

  /** Another host without a link, as after a reboot; the keeper's folder stays. */
  void reboot() throws IOException {
    host.close();
    namespace.close();
    namespace = Netns.createPrivate();
    start();
  }

  VifHost host() {
    return host;
  }

  VifKeeper keeper() {
    return keeper;
  }

  Netns namespace() {
    return namespace;
  }

  /** What is waited for. */
  interface Condition {
    boolean isMet();
  }

  static void await(Condition condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.isMet()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("not within five minutes");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  @Override
  public void close() throws IOException {
    if (keeper != null) {
      keeper.close();
    }
    host.close();
    namespace.close();
    delete(state.resolve("vifs"));
    delete(state);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }
}
