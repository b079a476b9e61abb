package io.fastvif.agent.client;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that says what it was told to, whatever it is asked: one script for each connection. A
 * script's words are sent one after another, each after a request was read up to its empty line;
 * with {@code CLOSE} the connection ends, and with {@code STAY} it stays open.
 */
public final class ScriptedServer implements AutoCloseable {
  /** Ends the connection. */
  public static final String CLOSE = "close";

  /** Says nothing more, and keeps the connection. */
  public static final String STAY = "stay";

  /** Sent without a request before it. */
  public static final String MORE = "more:";

  private final ServerSocketChannel listening;
  private final Thread thread;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<SocketChannel> open = new CopyOnWriteArrayList<>();

  /** Listens at once. */
  public ScriptedServer(Path socket, List<List<String>> scripts) throws IOException {
    listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(socket));
    thread = Thread.ofPlatform().name("scripted-server").start(() -> serve(scripts));
  }

  private void serve(List<List<String>> scripts) {
    try {
      for (List<String> script : scripts) {
        SocketChannel caller = listening.accept();
        open.add(caller);
        for (String word : script) {
          play(caller, word);
        }
      }
    } catch (IOException closed) {
      // the test has ended
    }
  }

  private void play(SocketChannel caller, String word) throws IOException {
    switch (word) {
      case CLOSE -> caller.close();
      case STAY -> {
        return;
      }
      default -> {
        if (!word.startsWith(MORE)) {
          requests.add(head(caller));
        }
        say(caller, word.startsWith(MORE) ? word.substring(MORE.length()) : word);
      }
    }
  }

  private static void say(SocketChannel caller, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      caller.write(bytes);
    }
  }

  /** Says more on the connection that was opened last. */
  void say(String text) throws IOException {
    say(open.getLast(), text);
  }

  private static String head(SocketChannel caller) throws IOException {
    StringBuilder head = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (head.indexOf("\r\n\r\n") < 0 && caller.read(one.clear()) >= 0) {
      head.append((char) one.get(0));
    }
    return head.toString();
  }

  /** The heads of the requests so far. */
  public List<String> requests() {
    return requests;
  }

  /** How many have connected so far. */
  public int connections() {
    return open.size();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (SocketChannel each : open) {
      each.close();
    }
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
