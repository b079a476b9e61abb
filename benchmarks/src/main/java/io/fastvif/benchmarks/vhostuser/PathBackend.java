package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.util.List;

/** A backend that serves all guests of a path, in processes of its own. */
interface PathBackend extends AutoCloseable {
  /** Its processes; the first one moves the frames. */
  List<Long> processes();

  /** Where it listens for a guest. */
  String socket(int guest);

  /** Waits until it is ready to be connected to. */
  void awaitListening() throws IOException;

  /** What it said, for an error's message. */
  String output();

  @Override
  void close();
}
