package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every system call that an engine makes for macvtaps, VLANs and filter rules fails once, in a
 * process of its own. With {@code -Dfastvif.fault-matrix=full}, each with every errno.
 */
class PlanFaultMatrixTest {
  /** A plan that makes this many calls at least, or is left out and says so. */
  private static final Pattern LINE =
      Pattern.compile(
          "left out: .*: this kernel has no .*|.*: (\\d{3,}|[3-9]\\d) injection points.*");

  @TempDir Path folder;

  @KernelTest
  void whateverCallFailsThePlanIsUndoneOrSaysWhatIsLeft() throws Exception {
    Peer.require("ip", "iproute2");
    Peer.require("nft", "nftables");
    String output = FaultyProcess.run(PlanFaultMatrix.class, folder.toString());
    System.out.print(output);
    List<String> lines = output.lines().toList();
    assertEquals(4, lines.size(), output);
    assertTrue(lines.stream().allMatch(LINE.asMatchPredicate()), output);
  }
}
