package io.fastvif.ovsdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A connection that carries bytes without blocking; a TLS one hides its handshake behind them. */
interface ByteLink extends AutoCloseable {

  /** Reads what there is: a number of bytes, 0 if there is nothing now, -1 at the end. */
  int read(ByteBuffer into) throws IOException;

  /** Whether a {@link #read} that leaves room in its buffer has read all there is. */
  boolean readsAll();

  /** Writes what goes without blocking; call again, when the selector says so, for the rest. */
  void write(ByteBuffer from) throws IOException;

  /**
   * Whether it is the socket that has to become writable before more goes, and not the other side
   * that has to say something first.
   *
   * @param more whether there is more than was taken by {@link #write}
   */
  boolean wantsToWrite(boolean more);

  @Override
  void close();

  /** Without TLS. */
  static ByteLink plain(SocketChannel channel) {
    return new ByteLink() {
      @Override
      public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
      }

      @Override
      public boolean readsAll() {
        return true;
      }

      @Override
      public void write(ByteBuffer from) throws IOException {
        channel.write(from);
      }

      @Override
      public boolean wantsToWrite(boolean more) {
        return more;
      }

      @Override
      public void close() {
        closeQuietly(channel);
      }
    };
  }

  /** Closes a socket, of which nothing more is wanted. */
  static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException nothingMoreIsWanted) {
      // the descriptor is released all the same
    }
  }

  /** Asks the selector for what the channel waits for. */
  static void interest(SocketChannel channel, Selector selector, boolean write) {
    SelectionKey key = channel.keyFor(selector);
    if (key != null && key.isValid()) {
      int wanted = SelectionKey.OP_READ | (write ? SelectionKey.OP_WRITE : 0);
      if (key.interestOps() != wanted) {
        key.interestOps(wanted);
      }
    }
  }
}
