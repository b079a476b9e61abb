package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.FaultyProcess;
import io.fastvif.testing.KernelTest;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;

/**
 * For every system call that a vhost-user port's sessions and its forwarder make: if it fails, the
 * port says why, the others go on, nothing is left behind, and the port can be opened again.
 */
class PortFaultMatrixTest {
  private static final Pattern FAILURES = Pattern.compile("failures=(\\d+)");

  /** Calls that a port's life takes at least, so that a matrix that plays nothing is noticed. */
  private static final int MIN_CALLS = 200;

  @TempDir Path folder;

  @KernelTest
  void everySystemCallOfAPortThatListensMayFail() throws Exception {
    play(VhostUserMode.CLIENT, 0);
  }

  @KernelTest
  void everySystemCallOfAPortThatConnectsMayFailWithPackedRings() throws Exception {
    play(VhostUserMode.SERVER, VirtioFeatures.RING_PACKED);
  }

  private void play(VhostUserMode hypervisor, long features) throws Exception {
    String output =
        FaultyProcess.run(
            PortFaultMatrix.class, folder.toString(), hypervisor.name(), String.valueOf(features));
    Matcher failures = FAILURES.matcher(output);
    assertTrue(failures.find(), output);
    assertTrue(Integer.parseInt(failures.group(1)) >= MIN_CALLS, output);
    System.out.println(
        "fault matrix of a port, hypervisor as " + hypervisor + ": " + failures.group());
  }
}
