package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL comes to containerd, or to the client that it waits for, in the midst of an ADD. Then
 * what the runtime asks by itself, or DEL, or GC, leaves the host and the addresses as they were,
 * and a pod that was there before is not touched.
 */
class KilledRuntimeTest {
  private static final long TIMEOUT_SECONDS = 240;

  @TempDir Path folder;
  private final HostStateReader reader = new HostStateReader().filters();
  private RuntimeHost host;
  private Containerd containerd;
  private String other;
  private HostState before;
  private Set<String> addressesBefore;

  /** A namespace that a killed runtime has mounted stays its own. */
  private Set<String> addresses() throws IOException {
    Set<String> addresses = new TreeSet<>(host.kept());
    addresses.removeIf(name -> !name.startsWith("/var/lib/cni/networks/"));
    return addresses;
  }

  private void assertAsBefore(String what) throws IOException {
    before.assertUnchanged(what, reader);
    assertEquals(addressesBefore, addresses(), what);
  }

  private List<RuntimeHost.Execution> ended(String verb) throws IOException {
    return host.executions().stream().filter(one -> one.verb().equals(verb)).toList();
  }

  /** Waits for the end of one more ADD than there were. */
  private RuntimeHost.Execution awaitAdd(int before) throws Exception {
    Await.until("the end of the ADD", () -> ended("ADD").size() > before);
    assertNotEquals(addressesBefore, addresses(), "the ADD goes on: " + host.executions());
    return ended("ADD").getLast();
  }

  private static void end(Process process, String what) throws Exception {
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError(what + " does not end");
    }
    assertNotEquals(0, process.exitValue(), what);
  }

  private static void signal(String name, ProcessHandle process) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** The client waits for the agent: it runs, and its system call reads from its socket. */
  private ProcessHandle awaitClient() throws Exception {
    ProcessHandle[] found = new ProcessHandle[1];
    Await.until(
        "the client to have asked",
        () -> {
          found[0] =
              ProcessHandle.allProcesses()
                  .filter(one -> one.info().command().orElse("").equals(host.client().toString()))
                  .findFirst()
                  .orElse(null);
          return found[0] != null && KilledClientTest.hasAsked(found[0].pid());
        });
    return found[0];
  }

  @KernelTest
  void containerdOrTheClientIsKilled() throws Exception {
    try (RuntimeHost started = new RuntimeHost(folder);
        Containerd asked = new Containerd(started, folder)) {
      host = started;
      containerd = asked;
      other = containerd.cri("run", "other", "1").split(" ", -1)[0];
      before = reader.readSettled();
      addressesBefore = addresses();
      clientIsKilled();
      containerdIsKilledAt(RuntimeHost.Point.BEFORE);
      containerdIsKilledAt(RuntimeHost.Point.AFTER);
      containerdIsKilledWhileTheAgentIsAtWork();
      String pod = containerd.cri("run", "next", "1").split(" ", -1)[0];
      containerd.cri("remove", pod, other);
      assertEquals(Set.of(), addresses());
    }
  }

  /** containerd takes what it has not got, and asks for DEL. */
  private void clientIsKilled() throws Exception {
    signal("STOP", host.agent());
    Process run = containerd.startCri("run", "killed", "1");
    awaitClient().destroyForcibly();
    signal("CONT", host.agent());
    end(run, "a pod whose plugin was killed");
    String killed = ended("ADD").getLast().container();
    Await.until(
        "DEL",
        () ->
            ended("DEL").stream()
                .anyMatch(one -> one.container().equals(killed) && one.status() == 0));
    assertAsBefore("the client was killed");
  }

  private void containerdIsKilledAt(RuntimeHost.Point point) throws Exception {
    int done = ended("ADD").size();
    host.hold(point);
    Process run = containerd.startCri("run", "killed-" + point, "1");
    host.awaitHeld(point);
    containerd.kill();
    end(run, "a pod of a killed containerd");
    host.release(point);
    RuntimeHost.Execution add = awaitAdd(done);
    host.ask(
        "DEL",
        List.of(
            "CNI_CONTAINERID=" + add.container(), "CNI_IFNAME=eth0", "CNI_NETNS=" + add.netns()),
        Set.of());
    assertAsBefore("containerd was killed " + point);
    containerd.start();
  }

  private void containerdIsKilledWhileTheAgentIsAtWork() throws Exception {
    int done = ended("ADD").size();
    signal("STOP", host.agent());
    Process run = containerd.startCri("run", "killed-within", "1");
    awaitClient();
    containerd.kill();
    signal("CONT", host.agent());
    end(run, "a pod of a killed containerd");
    awaitAdd(done);
    host.ask("GC", List.of(), Set.of(other));
    assertAsBefore("containerd was killed while the agent was at work");
    containerd.start();
  }
}
