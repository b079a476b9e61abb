package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** DPDK's librte_vhost in a process of its own, which rests unless it is asked for something. */
final class DpdkBackend implements AutoCloseable {
  private final Dialogue process;

  /** Starts it and connects a guest to it. */
  DpdkBackend(Programs programs, Path folder, Guest memory, Row row) throws IOException {
    String socket = folder.resolve("dpdk.sock").toString();
    Files.deleteIfExists(Path.of(socket)); // of one that was killed
    List<String> command = new ArrayList<>();
    command.add(programs.dpdkBackend().toString());
    command.addAll(List.of(socket, Integer.toString(FastvifBackend.PROCESSOR), memory.path()));
    command.addAll(row.arguments());
    process = new Dialogue(folder, command);
    try {
      process.expect("listening");
      memory.connect(socket, row.packed());
      process.expect("ready");
    } catch (IOException | RuntimeException | Error e) {
      process.close();
      throw e;
    }
  }

  /** As {@link FastvifBackend#turns}. */
  double turns(int count) throws IOException {
    process.ask("turns " + count);
    return Double.parseDouble(process.answer());
  }

  /** As {@link FastvifBackend#serve}. */
  void serve(long nanos) throws IOException {
    process.ask("serve " + nanos);
  }

  /** As {@link FastvifBackend#awaitPause}. */
  void awaitPause() throws IOException {
    process.answer();
  }

  @Override
  public void close() {
    process.close();
  }
}
