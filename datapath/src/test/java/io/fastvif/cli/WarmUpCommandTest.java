package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;

/** The training run of the launcher. */
class WarmUpCommandTest {
  @KernelTest
  void everyCommandOfItSucceedsAndNothingIsLeft() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    String before = ip.run("-o link");
    CommandRun run = CommandRun.of("warm-up").expect(Fastvif.DONE);
    assertEquals("", run.err());
    assertEquals("", run.out());
    assertEquals(before, ip.run("-o link"));
  }
}
