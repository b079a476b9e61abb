package io.fastvif.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.forward.Idle;
import io.fastvif.handover.HandOverChannel;
import io.fastvif.handover.HandOverChannel.Received;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverKind;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.plan.ServedPort;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.NumberedTraffic;
import io.fastvif.testing.Peer;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.UnixAddress;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** Either process of a hand-over ends at each step: somebody serves, and never both. */
class HandOverKillsTest {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final long PACKED = VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED;

  @TempDir Path folder;

  private String socket() {
    return folder.resolve("hand-over").toString();
  }

  private static void tap() throws Exception {
    Tap.createPersistent("vhu1", new TapOptions(false, true, -1, -1));
    Peer.require("ip", "iproute2").run("link set vhu1 up");
  }

  private VhostUserFrontend frontend() {
    return VhostUserFrontend.connect(HandOverProcess.port(folder).path(), PATIENCE_MILLIS);
  }

  private static void goesOn(NumberedTraffic traffic) throws Exception {
    long toHost = traffic.toHost().received() + 200;
    long toGuest = traffic.toGuest().received() + 200;
    Await.until(
        "frames both ways",
        () -> {
          traffic.check();
          return traffic.toHost().received() > toHost && traffic.toGuest().received() > toGuest;
        });
  }

  private static int exit(Process process) throws InterruptedException {
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return process.exitValue();
  }

  @KernelTest
  void oldProcessGoesOnWhereTheNewOneEndsOrIsWrong() throws Exception {
    tap();
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
        HandOverServer server =
            HandOverServer.listen(socket(), ports, HandOverSteps.NONE, () -> {})) {
      assertTrue(ports.open(HandOverProcess.port(folder)));
      try (VhostUserFrontend frontend = frontend();
          FrontendGuest guest = new FrontendGuest(frontend, PACKED);
          NumberedTraffic traffic = new NumberedTraffic(guest, "vhu1")) {
        for (String step : List.of("asked", "restored", "prepared", "received")) {
          goesOn(traffic);
          assertEquals(
              HandOverProcess.GONE, exit(HandOverProcess.start(List.of(), folder, "take", step)));
          goesOn(traffic);
        }
        refusesAnotherFormat();
        goesOn(traffic);
        refusesAnotherUser();
        goesOn(traffic);
        withdrawsFromWhoDoesNotTake();
        goesOn(traffic);
        traffic.end();
        assertFalse(server.isGiven());
        assertTrue(ports.reports().getFirst().connected());
        assertEquals(1, ports.reports().getFirst().connections());
        assertTrue(frontend.getFeatures() != 0, "the frontend was cut off");
      }
    }
  }

  private HandOverChannel connect() {
    FileDescriptor connection = UnixAddress.socket();
    assertEquals(0, UnixAddress.connect(connection.value(), socket()));
    return new HandOverChannel(connection);
  }

  private void refusesAnotherFormat() {
    try (HandOverChannel channel = connect()) {
      channel.send(HandOverKind.HELLO, new HandOverWriter().number(7).number(9), PATIENCE_MILLIS);
      try (Received answer = channel.receive(PATIENCE_MILLIS)) {
        assertEquals(HandOverKind.WITHDRAWN, answer.kind());
        assertEquals(
            "the new process reads format versions 7 to 9, this one writes 2 to 2",
            answer.reader().text());
      }
    }
  }

  /** By the socket's mode nobody else reaches it; this is the second bolt. */
  private void refusesAnotherUser() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(Path.of(socket()), PosixFilePermissions.fromString("rw-rw-rw-"));
    String script =
        """
        import os, socket
        os.chdir('FOLDER') # so that no folder above need be open to all
        os.setgid(65534)
        os.setuid(65534)
        s = socket.socket(socket.AF_UNIX)
        s.connect('SOCKET')
        try:
            s.sendall(b'fvho' + bytes([0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]))
            print('answered' if s.recv(1) else 'closed')
        except (BrokenPipeError, ConnectionResetError): # before the message, or with it unread
            print('closed')
        """
            .replace("FOLDER", folder.toString())
            .replace("SOCKET", Path.of(socket()).getFileName().toString());
    String python = Peer.require("python3", "python3").path().toString();
    Process other = new ProcessBuilder(python, "-c", script).redirectErrorStream(true).start();
    String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("closed", said.strip());
    assertEquals(0, exit(other));
  }

  /** One that hears where the rings are, and says nothing: it cannot say so later. */
  private void withdrawsFromWhoDoesNotTake() {
    try (HandOverChannel channel = connect()) {
      channel.send(HandOverKind.HELLO, new HandOverWriter().number(2).number(2), PATIENCE_MILLIS);
      channel.receive(PATIENCE_MILLIS).close();
      channel.send(HandOverKind.PREPARED, new HandOverWriter(), PATIENCE_MILLIS);
      try (Received given = channel.receive(PATIENCE_MILLIS)) {
        assertEquals(HandOverKind.GIVEN, given.kind());
      }
      try (Received answer = channel.receive(PATIENCE_MILLIS)) {
        assertEquals(HandOverKind.WITHDRAWN, answer.kind());
      }
      assertFalse(channel.send(HandOverKind.TAKEN, new HandOverWriter(), PATIENCE_MILLIS));
    }
  }

  private static void awaitServing(Process process) throws Exception {
    assertEquals("serves", process.inputReader().readLine());
  }

  @KernelTest
  void newProcessGoesOnWhereTheOldOneEndsAfterItsRingsHaveStopped() throws Exception {
    tap();
    for (String step : List.of("given", "taken")) {
      Process old = HandOverProcess.start(List.of(), folder, "serve", step);
      awaitServing(old);
      try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
          VhostUserFrontend frontend = frontend();
          FrontendGuest guest = new FrontendGuest(frontend, PACKED);
          NumberedTraffic traffic = new NumberedTraffic(guest, "vhu1")) {
        goesOn(traffic);
        try (TakeOver taken = TakeOver.from(socket(), ports, HandOverSteps.NONE)) {
          assertEquals(HandOverProcess.GONE, exit(old));
          assertTrue(taken.awaitEnd(PATIENCE_MILLIS));
          goesOn(traffic);
          traffic.end();
          assertTrue(frontend.getFeatures() != 0, "the frontend was cut off");
          taken.listener().close();
        }
      }
    }
  }

  @KernelTest
  void newProcessBeginsAnewWhereTheOldOneEndsBefore() throws Exception {
    tap();
    for (String step : List.of("frozen", "offered", "paused")) {
      Process old = HandOverProcess.start(List.of(), folder, "serve", step);
      awaitServing(old);
      try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE)) {
        try (VhostUserFrontend frontend = frontend()) {
          frontend.setOwner();
          HandOverException ended =
              assertThrows(
                  HandOverException.class,
                  () -> TakeOver.from(socket(), ports, HandOverSteps.NONE));
          assertTrue(ended.hasOtherEnded(), ended.getMessage());
          assertEquals(HandOverProcess.GONE, exit(old));
          assertThrows(RuntimeException.class, frontend::getFeatures, "nobody may hold it");
        }
        assertEquals(List.of(), ports.open());
        assertTrue(ports.open(HandOverProcess.port(folder)), "as after any kill");
        try (VhostUserFrontend frontend = frontend();
            FrontendGuest guest = new FrontendGuest(frontend, PACKED);
            NumberedTraffic traffic = new NumberedTraffic(guest, "vhu1")) {
          goesOn(traffic);
          traffic.end();
        }
      }
    }
  }

  @KernelTest
  void uplinkGoesOnWhereTheNewProcessEnds() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add e0 type veth peer name e1");
    ip.run("link set e0 up");
    ip.run("link set e1 up");
    ServedPort port = HandOverProcess.uplinkPort(folder);
    try (ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
        HandOverServer server =
            HandOverServer.listen(socket(), ports, HandOverSteps.NONE, () -> {})) {
      assertTrue(ports.open(port));
      try (VhostUserFrontend frontend = frontend();
          FrontendGuest guest = new FrontendGuest(frontend, PACKED);
          NumberedTraffic traffic = new NumberedTraffic(guest, "e1")) {
        for (String step : List.of("restored", "prepared", "received")) {
          goesOn(traffic);
          assertEquals(
              HandOverProcess.GONE, exit(HandOverProcess.start(List.of(), folder, "take", step)));
          goesOn(traffic);
        }
        traffic.end();
        assertFalse(server.isGiven());
        assertEquals("", ports.uplinks().getFirst().problem());
      }
    }
    assertFalse(ip.run("link show e0").contains("xdp"), "the program is detached");
  }
}
