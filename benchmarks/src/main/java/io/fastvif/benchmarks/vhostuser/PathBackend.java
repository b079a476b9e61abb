package io.fastvif.benchmarks.vhostuser;

import java.io.IOException;
import java.util.List;

/** A backend that serves all guests of a path, in processes of its own. */
interface PathBackend extends AutoCloseable {
  /** Its processes; the first one moves the frames. */
  List<Long> processes();

  /** Where it listens for a guest. */
  String socket(int guest);

  /** Whether it takes a guest's frames from a stream, not from rings. */
  default boolean isStream() {
    return false;
  }

  /** The link by which the host is reached; null if it needs none. */
  default String hostLink() {
    return PathLab.HOST;
  }

  /** Waits until it is ready to be connected to. */
  void awaitListening() throws IOException;

  /** What it said, for an error's message. */
  String output();

  @Override
  void close();
}
