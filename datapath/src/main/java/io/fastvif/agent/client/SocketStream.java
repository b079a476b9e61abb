package io.fastvif.agent.client;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A connected unix socket that is read and written within a bound. */
final class SocketStream implements AutoCloseable {
  private static final long MILLI = 1_000_000;
  private static final long CONNECT_PAUSE_NANOS = 10 * MILLI;
  private static final String QUEUE_IS_FULL = "Resource temporarily unavailable";

  /** Of a file's mode, as of inode(7). */
  private static final int FILE_TYPE = 0170000;

  private static final int SOCKET = 0140000;
  private static final int BUFFER_BYTES = 16 << 10;

  private final String name;
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final AnswerTime patience;
  private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES).limit(0);

  private SocketStream(String name, SocketChannel channel, Selector selector, AnswerTime patience)
      throws IOException {
    this.name = name;
    this.channel = channel;
    this.selector = selector;
    this.patience = patience;
    key = channel.register(selector, SelectionKey.OP_READ);
  }

  /**
   * Connects.
   *
   * @param name the path as it was given, for messages
   * @throws AgentUnavailableException if nobody listens there, or not to this user
   */
  static SocketStream connect(Path path, String name, AnswerTime patience) throws IOException {
    long began = System.nanoTime();
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.configureBlocking(false); // or a queue that is full would be waited for endlessly
        channel.connect(UnixDomainSocketAddress.of(path));
        return new SocketStream(name, channel, Selector.open(), patience);
      } catch (IOException refused) {
        channel.close();
        if (!QUEUE_IS_FULL.equals(refused.getMessage())) {
          throw unavailable(path, name, refused);
        }
      }
      if (patience.left(began) <= 0) {
        throw new AgentUnavailableException(
            "the agent at " + name + " " + patience.problem("takes no connection"), null);
      }
      LockSupport.parkNanos(CONNECT_PAUSE_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        throw new ClosedByInterruptException();
      }
    }
  }

  private static AgentUnavailableException unavailable(
      Path path, String name, IOException refused) {
    String reason = String.valueOf(refused.getMessage());
    String what =
        switch (reason) {
          case "Permission denied" ->
              "may not be asked by this user: "
                  + reason
                  + ": expected root, or who the agent's"
                  + " --socket-group lets in";
          case "Connection refused" ->
              isSocket(path)
                  ? "has ended: its socket is there, and nobody listens: start `fastvif agent`"
                  : "is not there: that is no socket: expected the path of the agent's";
          default ->
              Files.exists(path)
                  ? "cannot be asked: " + reason
                  : "is not there: " + reason + ": start `fastvif agent`, or name its socket";
        };
    return new AgentUnavailableException("the agent at " + name + " " + what, refused);
  }

  private static boolean isSocket(Path path) {
    try {
      return ((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == SOCKET;
    } catch (IOException gone) {
      return true; // it was there a moment ago, as one that refused
    }
  }

  /**
   * Writes all, or as much as the other side takes before it answers.
   *
   * @throws SilentEndException if the other side has closed the connection
   */
  void write(byte[] head, byte[] body) throws IOException {
    ByteBuffer[] parts = {ByteBuffer.wrap(head), ByteBuffer.wrap(body)};
    boolean hasBegun = false;
    try {
      while (parts[0].hasRemaining() || parts[1].hasRemaining()) {
        if (channel.write(parts) > 0) {
          hasBegun = true;
          continue;
        }
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        await("takes nothing");
        if (key.isReadable()) {
          return; // it answers early: a refusal, which the answer says
        }
      }
    } catch (ClosedByInterruptException interrupted) {
      throw interrupted;
    } catch (IOException broken) {
      if (hasBegun) {
        return; // it may have said why before it closed
      }
      throw new SilentEndException("the agent at " + name + " has closed the connection", true);
    } finally {
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  /** The next byte; -1 at the end. */
  int read() throws IOException {
    return fill() ? in.get() & 0xff : -1;
  }

  /** Up to so many bytes; -1 at the end. */
  int read(byte[] bytes, int offset, int length) throws IOException {
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, in.remaining());
    in.get(bytes, offset, count);
    return count;
  }

  /** Whether there are bytes to take; waits for them. */
  private boolean fill() throws IOException {
    while (!in.hasRemaining()) {
      if (patience.isOver()) {
        throw broken(patience.problem("is silent"));
      }
      in.clear();
      int count;
      try {
        count = channel.read(in);
      } catch (ClosedByInterruptException interrupted) {
        throw interrupted;
      } catch (IOException reset) {
        count = -1;
      } finally {
        in.flip();
      }
      if (count < 0) {
        return false;
      }
      if (count == 0) {
        await("is silent");
      }
    }
    return true;
  }

  private void await(String what) throws IOException {
    selector.selectedKeys().clear();
    long began = System.nanoTime();
    for (long left = patience.left(began); left > 0; left = patience.left(began)) {
      if (selector.select(Math.ceilDiv(left, MILLI)) > 0) {
        return;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new ClosedByInterruptException();
      }
    }
    throw broken(patience.problem(what));
  }

  /** Has whoever waits look again how long it may; for any thread. */
  synchronized void wake() {
    if (selector.isOpen()) {
      selector.wakeup();
    }
  }

  /** An error of the other side. */
  IOException broken(String what) {
    return new IOException("the agent at " + name + " " + ShownText.of(what));
  }

  /** The other side has ended where an answer was to begin. */
  SilentEndException ended() {
    return new SilentEndException(
        "the agent at " + name + " has ended the connection without an answer", false);
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      selector.close();
    } finally {
      channel.close();
    }
  }
}
