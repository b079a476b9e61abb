package io.fastvif.agent.systemd;

import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the socket that was handed over, says hello to one caller, closes it, and then logs: each
 * of which could go wrong after the other.
 */
final class ListeningSocketsMain {
  private ListeningSocketsMain() {}

  /** Takes {@code own} to be told that the descriptors are for this process. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> environment = new HashMap<>(System.getenv());
    if (arguments[0].equals("own")) {
      environment.put(ListeningSockets.LISTEN_PID, Long.toString(ProcessHandle.current().pid()));
    }
    JournalLog log = JournalLog.begin(environment);
    Optional<ServerSocketChannel> taken;
    try {
      taken = ListeningSockets.take(environment);
    } catch (java.io.IOException refused) {
      System.out.println("refused: " + refused.getMessage());
      return;
    }
    if (taken.isEmpty()) {
      System.out.println("none");
      return;
    }
    try (ServerSocketChannel listening = taken.get()) {
      System.out.println("listening on " + listening.getLocalAddress());
      System.out.flush();
      try (SocketChannel caller = listening.accept()) {
        caller.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
      }
    }
    log.write(System.Logger.Level.INFO, "", "closed", null);
  }
}
