package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The training run of the launcher. */
class WarmUpCommandTest {
  @Test
  void anotherKindIsRefused() {
    CommandRun run = CommandRun.of("warm-up", "pod").expect(Fastvif.WRONG_INPUT);
    assertTrue(run.err().contains("warm-up: [pod]: expected command or agent"), run.err());
  }

  @KernelTest
  void everyCommandOfItSucceedsAndNothingIsLeft() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    String before = ip.run("-o link");
    for (String kind : List.of("command", "agent")) {
      CommandRun run = CommandRun.of("warm-up", kind).expect(Fastvif.DONE);
      assertEquals("", run.err());
      assertEquals("", run.out());
    }
    assertEquals(before, ip.run("-o link"));
  }
}
