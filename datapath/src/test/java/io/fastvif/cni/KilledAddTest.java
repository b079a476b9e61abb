package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL comes before each call of an ADD that changes something, to the command alone, and to the
 * agent; and of a DEL that gives a device back. Then DEL or GC leaves the host, its pods and their
 * addresses as they were. {@code -Dfastvif.kill-stride=1} tries every call with the agent too.
 */
class KilledAddTest {
  private static final int STRIDE = Integer.getInteger("fastvif.kill-stride", 4);
  private static final int MAX_CALLS = 200;
  private static final int MIN_CALLS = 12;
  private static final int MIN_DEVICE_CALLS = 4;

  @TempDir Path folder;

  /** Kills the command at one call after the other; how many there are. */
  private static int killCommands(KillLab lab, String verb, KillLab.Body before) throws Exception {
    int call = 1;
    boolean isKilled = true;
    while (isKilled) {
      assertTrue(call < MAX_CALLS, "the calls have no end");
      before.run();
      String what = "fastvif cni is killed at call " + call + " of " + verb;
      lab.stopBefore(call);
      Process process = lab.start(verb, List.of("cni"));
      try (OutputStream in = process.getOutputStream()) {
        in.write(lab.network().getBytes(StandardCharsets.UTF_8));
      }
      isKilled = lab.hasStopped(process, what);
      KillLab.kill(process, what);
      assertTrue(
          isKilled || process.exitValue() == 0,
          () -> what + ": " + lab.text("out") + lab.text("err"));
      lab.goOn();
      lab.takeAway(call % 2 == 0, what);
      call++;
    }
    System.out.println("kills: " + verb + " by the command alone, at " + (call - 2) + " calls");
    return call - 2;
  }

  private static void killAgents(KillLab lab) throws Exception {
    int kills = 0;
    boolean isKilled = true;
    for (int call = 1; isKilled; call += STRIDE) {
      assertTrue(call < MAX_CALLS, "the calls have no end");
      String what = "the agent is killed at call " + call;
      Process agent = lab.startAgent();
      try {
        lab.stopBefore(call);
        Process client = lab.client("ADD", lab.network(), "said");
        isKilled = lab.hasStopped(client, what);
        KillLab.kill(agent, what);
        int status = KillLab.end(client, what);
        String said = lab.text("said");
        assertEquals(isKilled ? 1 : 0, status, said);
        assertTrue(!isKilled || said.contains("\"code\":11,"), said);
      } finally {
        agent.destroyForcibly();
      }
      lab.goOn();
      kills += isKilled ? 1 : 0;
      lab.takeAway(call / STRIDE % 2 == 0, what);
    }
    System.out.println("kills: the agent was killed at " + kills + " calls");
    assertTrue(kills > 1, "the agent was not killed");
  }

  @KernelTest
  void commandIsKilledAtEveryCall() throws Exception {
    KillLab lab = new KillLab(folder);
    lab.onHost(
        () -> {
          int calls = killCommands(lab, "ADD", () -> {});
          assertTrue(calls >= MIN_CALLS, "too few calls count: " + calls);
        });
  }

  @KernelTest
  void commandIsKilledThatTakesADevice() throws Exception {
    KillLab lab = new KillLab(folder);
    lab.onHostWithDevices(
        () -> {
          int calls = killCommands(lab, "ADD", () -> {});
          assertTrue(calls >= MIN_DEVICE_CALLS, "too few calls count: " + calls);
        });
  }

  @KernelTest
  void commandIsKilledThatGivesADeviceBack() throws Exception {
    KillLab lab = new KillLab(folder);
    lab.onHostWithDevices(
        () -> {
          int calls = killCommands(lab, "DEL", lab::add);
          assertTrue(calls >= MIN_DEVICE_CALLS, "too few calls count: " + calls);
        });
  }

  @KernelTest
  void agentIsKilledAtCalls() throws Exception {
    KillLab lab = new KillLab(folder);
    lab.buildClient();
    lab.onHost(() -> killAgents(lab));
  }

  @KernelTest
  void agentIsKilledThatTakesADevice() throws Exception {
    KillLab lab = new KillLab(folder);
    lab.buildClient();
    lab.onHostWithDevices(() -> killAgents(lab));
  }
}
