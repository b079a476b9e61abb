package io.fastvif.benchmarks.hardware;

import io.fastvif.benchmarks.process.Ip;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** iproute2's {@code ip}: a process for each command, or one {@code ip -batch} for all. */
final class IpNic implements NicSystem {
  private final boolean batch;
  private final Path folder;
  private final Duration limit;

  /**
   * @param folder for files that are this run's own
   * @param limit how long an operation may take
   */
  IpNic(boolean batch, Path folder, Duration limit) {
    this.batch = batch;
    this.folder = folder;
    this.limit = limit;
  }

  @Override
  public String name() {
    return batch ? "ip-batch" : "ip";
  }

  @Override
  public Optional<String> missing() {
    return Ip.missing();
  }

  @Override
  public long apply(List<List<NicChange>> changes) throws IOException {
    List<String> lines = NicChange.words(changes);
    if (!batch) {
      return Ip.runEach(lines, folder, limit);
    }
    ProcessBuilder builder = Ip.batch(lines, folder);
    long start = System.nanoTime();
    return Ip.awaitBatch(builder.start(), folder, limit, start);
  }

  @Override
  public void close() {
    // nothing is open between two commands
  }
}
