package io.fastvif.benchmarks.hardware;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Something that changes a NIC. */
interface NicSystem extends AutoCloseable {

  /** Its name in the report and on the command line. */
  String name();

  /** The Debian package to install because it is missing; empty if it is there. */
  Optional<String> missing();

  /**
   * Makes changes, a list for each VF, in the order of each list.
   *
   * @return the nanoseconds it took
   * @throws IOException if one failed; some of the others may have been made
   */
  long apply(List<List<NicChange>> changes) throws IOException;

  @Override
  void close();
}
