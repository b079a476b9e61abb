package io.fastvif.fastpath;

import io.fastvif.forward.Idle;
import io.fastvif.plan.ServedPort;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A process that serves a port, gives it to another one and takes it back, as it is told by lines:
 * serve or serve uplink, take, gave. It answers each; the end of its input ends it.
 */
public final class HandOverPeer {
  private final Path folder;
  private ForwardingPorts ports;
  private HandOverServer server;
  private CountDownLatch given;

  private HandOverPeer(Path folder) {
    this.folder = folder;
  }

  /**
   * Does what it is told.
   *
   * @param arguments the folder of the port, and of the hand-over socket
   */
  public static void main(String[] arguments) throws Exception {
    HandOverPeer peer = new HandOverPeer(Path.of(arguments[0]));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      switch (line) {
        case "serve" -> peer.serve(HandOverProcess.port(peer.folder));
        case "serve uplink" -> peer.serve(HandOverProcess.uplinkPort(peer.folder));
        case "take" -> peer.take();
        default -> peer.gave();
      }
    }
    peer.close();
  }

  private String socket() {
    return folder.resolve("hand-over").toString();
  }

  private void begin() {
    ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
    given = new CountDownLatch(1);
  }

  private void serve(ServedPort port) throws Exception {
    begin();
    ports.open(port);
    server = HandOverServer.listen(socket(), ports, HandOverSteps.NONE, given::countDown);
    System.out.println("serves");
  }

  private void take() {
    begin();
    try (TakeOver taken = TakeOver.from(socket(), ports, HandOverSteps.NONE)) {
      server = HandOverServer.on(taken.listener(), ports, HandOverSteps.NONE, given::countDown);
      System.out.println(taken.pauseNanos());
    }
  }

  /** Lets go what the other one has. */
  private void gave() throws Exception {
    if (!given.await(10, TimeUnit.SECONDS) || ports.failure() != null) {
      throw new IllegalStateException("not given, or failed: " + ports.failure());
    }
    close();
    System.gc(); // memory that is nobody's is unmapped
    System.out.println("gave");
  }

  private void close() {
    if (server != null) {
      server.close();
      ports.close();
      server = null;
    }
  }
}
