package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL comes to the client, while the agent that it has asked goes on: as a runtime does to what
 * takes too long. Then DEL or GC leaves the host, its pods and their addresses as they were.
 */
class KilledClientTest {
  private static final int STRIDE = Integer.getInteger("fastvif.kill-stride", 4);
  private static final int MAX_CALLS = 200;
  private static final int ROUNDS = 10;

  @TempDir Path folder;

  private static int del(KillLab lab, String what) throws Exception {
    return KillLab.end(lab.client("DEL", lab.network(), "deleted"), what);
  }

  /** DEL comes while the ADD is still under way, GC when it has ended. */
  @KernelTest
  void clientIsKilledWhileTheAgentIsAtWork() throws Exception {
    KillLab lab = new KillLab(folder);
    lab.buildClient();
    lab.onHost(
        () -> {
          Process agent = lab.startAgent();
          try {
            boolean isStopped = true;
            int kills = 0;
            for (int call = 1; isStopped; call += STRIDE) {
              assertTrue(call < MAX_CALLS, "the calls have no end");
              String what = "the client is killed at call " + call;
              lab.stopBefore(call);
              Process client = lab.client("ADD", lab.network(), "said");
              isStopped = lab.hasStopped(client, what);
              KillLab.kill(client, what);
              boolean byCollection = kills % 2 == 1;
              if (byCollection || !isStopped) {
                lab.goOn();
                awaitAdded(lab, what);
                assertEquals(0, collect(lab, what), () -> lab.text("collected"));
              } else {
                Process del = lab.client("DEL", lab.network(), "deleted");
                awaitAsked(del);
                lab.goOn();
                assertEquals(0, KillLab.end(del, what), () -> lab.text("deleted"));
              }
              lab.assertAsBefore(what);
              kills += isStopped ? 1 : 0;
            }
            System.out.println("kills: the client was killed at " + kills + " calls");
            assertTrue(kills > 1, "the client was not killed");
          } finally {
            agent.destroyForcibly();
          }
        });
  }

  private static int collect(KillLab lab, String what) throws Exception {
    return KillLab.end(lab.client("GC", lab.networkToCollect(), "collected"), what);
  }

  /** Until the ADD has ended that nobody waits for: another one has to wait for it. */
  private static void awaitAdded(KillLab lab, String what) throws Exception {
    assertEquals(1, KillLab.end(lab.client("ADD", lab.network(), "again"), what));
    assertTrue(lab.text("again").contains("is attached already"), () -> lab.text("again"));
  }

  /** Both are there before the agent looks at either. */
  @KernelTest
  void deletingIsNotOvertakenByTheAddThatWasGivenUp() throws Exception {
    KillLab lab = new KillLab(folder);
    lab.buildClient();
    lab.onHost(
        () -> {
          Process agent = lab.startAgent();
          try {
            assertEquals(0, del(lab, "a first request"));
            for (int round = 0; round < ROUNDS; round++) {
              String what = "round " + round;
              signal("STOP", agent);
              Process add = lab.client("ADD", lab.network(), "said");
              awaitAsked(add);
              KillLab.kill(add, what);
              Process del = lab.client("DEL", lab.network(), "deleted");
              awaitAsked(del);
              signal("CONT", agent);
              assertEquals(0, KillLab.end(del, what), () -> lab.text("deleted"));
              Process again = lab.client("ADD", lab.network(), "said");
              assertEquals(0, KillLab.end(again, what), () -> what + ": " + lab.text("said"));
              assertEquals(0, del(lab, what));
            }
            lab.assertAsBefore("all rounds");
          } finally {
            signal("CONT", agent);
            agent.destroyForcibly();
          }
        });
  }

  private static void signal(String name, Process process) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private static void awaitAsked(Process client) throws Exception {
    Await.until("the client to have asked", () -> hasAsked(client.pid()));
  }

  /** Whether a client waits for its answer: its system call reads, and not standard input. */
  static boolean hasAsked(long client) throws IOException {
    String[] words = Files.readString(Path.of("/proc/" + client + "/syscall")).split(" ", -1);
    return words.length > 2 && !words[1].equals("0x0");
  }
}
