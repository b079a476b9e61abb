package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.systemd.NotifySocket;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plugin.fastpath.FastPathVifs;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.NumberedTraffic;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent that is upgraded under a guest's traffic, as the package does it: SIGUSR2 has it start
 * the next one, which takes ports and socket over and tells the service manager.
 */
class AgentHandOverTest {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final int SECONDS = 120;

  /** Listens as the service manager does, and becomes the agent. */
  private static final String MANAGER =
      "use Socket; use POSIX; $^F = 255; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die;"
          + " bind($s, sockaddr_un(shift)) or die; listen($s, 64) or die;"
          + " POSIX::dup2(fileno($s), 3); $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1;"
          + " exec(@ARGV) or die";

  @TempDir Path folder;

  private final List<Long> agents = new ArrayList<>();

  private AgentProcess start(NotifySocket manager, Path config) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Peer.require("perl", "perl-base").path().toString(), "-e", MANAGER, socket()));
    command.addAll(ChildRun.command(ChildRun.classPath(), "agent"));
    command.addAll(
        List.of(
            "--state",
            folder.resolve("state").toString(),
            "--config",
            config.toString(),
            "--hand-over",
            folder.resolve("hand-over").toString()));
    return AgentProcess.start(folder, manager.environment(), command);
  }

  private String socket() {
    return AgentProcess.socket(folder).toString();
  }

  private static void goesOn(NumberedTraffic traffic) throws Exception {
    long toHost = traffic.toHost().received() + 100;
    long toGuest = traffic.toGuest().received() + 100;
    Await.until(
        "frames both ways",
        () -> {
          traffic.check();
          return traffic.toHost().received() > toHost && traffic.toGuest().received() > toGuest;
        });
  }

  /** Who answers; a connection that an agent closes without an answer is tried again. */
  private String ask() throws IOException {
    for (int i = 0; i < SECONDS; i++) {
      ByteBuffer answer = ByteBuffer.allocate(1 << 16);
      // nobody may be refused: the socket is never away
      try (SocketChannel caller = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
        caller.write(
            ByteBuffer.wrap(
                "GET /v1/vifs HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII)));
        while (caller.read(answer) >= 0) {
          // until it is closed
        }
      } catch (IOException cutOff) {
        if (answer.position() > 0 || cutOff instanceof java.net.ConnectException) {
          throw cutOff;
        }
      }
      if (answer.position() > 0) {
        return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
      }
    }
    throw new IOException("nobody answers");
  }

  /** A caller that asks again and again, all through an upgrade. */
  private final class Asker implements AutoCloseable {
    private final Thread thread = new Thread(this::run, "asker");
    private volatile boolean isStopping;
    private volatile Exception failure;
    private volatile int answers;

    Asker() {
      thread.setDaemon(true);
      thread.start();
    }

    private void run() {
      try {
        for (int i = 1; !isStopping; i++) {
          String answer = ask();
          if (!answer.startsWith("HTTP/1.1 200")) {
            throw new IOException(answer);
          }
          answers = i;
        }
      } catch (IOException refused) {
        failure = refused;
      }
    }

    void stop() throws Exception {
      close();
      if (failure != null) {
        throw failure;
      }
      assertTrue(answers > 0);
    }

    @Override
    public void close() {
      isStopping = true;
      try {
        thread.join(PATIENCE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long next(NotifySocket manager) {
    String said = manager.next();
    while (!said.startsWith("MAINPID=")) {
      said = manager.next();
    }
    long pid = Long.parseLong(said.substring("MAINPID=".length()));
    agents.add(pid);
    assertEquals("READY=1\nSTATUS=1 VIF declared", manager.next());
    return pid;
  }

  private static void signal(String name, long pid) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
  }

  private static void awaitEnd(long pid) throws Exception {
    var process = ProcessHandle.of(pid);
    if (process.isPresent()) {
      process.get().onExit().get(SECONDS, TimeUnit.SECONDS);
    }
  }

  @KernelTest
  void nextAgentHasThePortsBeforeTheFormerEnds() throws Exception {
    Path config = Files.writeString(folder.resolve("a.conf"), "[os_vif_linux_bridge]\n");
    Path vifs =
        Files.writeString(
            folder.resolve("vifs.json"),
            VersionedObjectWriter.write(
                FastPathVifs.routed(folder, 1, VhostUserMode.CLIENT, "10.65.0.5")));
    try (NotifySocket manager = new NotifySocket(folder.resolve("notify").toString(), SECONDS);
        AgentProcess first = start(manager, config)) {
      assertEquals("READY=1\nSTATUS=0 VIFs declared", manager.next());
      CommandRun.of("plug", "--agent=" + socket(), vifs.toString()).expect(Fastvif.DONE);
      long last;
      String port = FastPathVifs.socket(folder, 1).toString();
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(port, PATIENCE_MILLIS);
          FrontendGuest guest =
              new FrontendGuest(frontend, VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED);
          NumberedTraffic traffic = new NumberedTraffic(guest, "vhu1");
          Asker asker = new Asker()) {
        goesOn(traffic);
        Files.writeString(config, "[os_vif_linux_bridge]\nnetwork_device_mtu = many\n");
        first.signal("USR2");
        first.await("before it had the ports; this one goes on");
        goesOn(traffic);
        Files.writeString(config, "[os_vif_linux_bridge]\n");
        first.signal("USR2");
        long second = next(manager);
        assertEquals(Fastvif.DONE, first.end(), first.log());
        goesOn(traffic);
        asker.stop();
        signal("USR2", second);
        last = next(manager);
        awaitEnd(second);
        goesOn(traffic);
        assertTrue(ask().startsWith("HTTP/1.1 200"), ask());
        traffic.end();
        assertTrue(frontend.getFeatures() != 0, "the frontend was cut off");
      }
      signal("TERM", last);
      assertEquals("STOPPING=1\nSTATUS=ending", manager.next());
      awaitEnd(last);
    } finally {
      agents.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
    assertFalse(Files.exists(folder.resolve("hand-over")));
  }
}
