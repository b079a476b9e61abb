package io.fastvif.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.GZIPInputStream;

/**
 * What Linux 6.18 answered to RTM_GETLINK with NLM_F_DUMP and RTEXT_FILTER_SKIP_STATS in a
 * namespace of 1,000 links: lo, a bridge, and 499 veth pairs whose host ends are its ports. Each
 * message begins at a multiple of 4 bytes; the NLMSG_DONE is left out.
 */
final class LinkDump {
  /** How many messages it has. */
  static final int LINKS = 1000;

  private static final String CAPTURED = "links.dump.gz";

  private LinkDump() {}

  /** The messages, one behind the other. */
  static MemorySegment read() {
    try (InputStream captured = LinkDump.class.getResourceAsStream(CAPTURED);
        InputStream in = new GZIPInputStream(captured)) {
      byte[] bytes = in.readAllBytes();
      MemorySegment segment = Arena.ofAuto().allocate(bytes.length, Long.BYTES);
      MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
      return segment;
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }
}
