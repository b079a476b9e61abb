package io.fastvif.ovsdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** TLS over a socket that does not block. */
final class TlsLink implements ByteLink {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel channel;
  private final SSLEngine engine;

  /** Read from the socket, not unwrapped yet; in filling order. */
  private ByteBuffer encryptedIn;

  /** Unwrapped, not read yet; in reading order. */
  private ByteBuffer plainIn;

  /** Wrapped, not written yet; in writing order. */
  private ByteBuffer encryptedOut;

  private boolean ended;

  TlsLink(SocketChannel channel, TlsCredentials credentials) throws IOException {
    this.channel = channel;
    engine = credentials.context().createSSLEngine();
    engine.setUseClientMode(true);
    engine.beginHandshake();
    int packet = engine.getSession().getPacketBufferSize();
    encryptedIn = ByteBuffer.allocate(2 * packet);
    encryptedOut = ByteBuffer.allocate(2 * packet).flip();
    plainIn = ByteBuffer.allocate(2 * engine.getSession().getApplicationBufferSize()).flip();
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!plainIn.hasRemaining()) {
      unwrap();
    }
    int count = Math.min(into.remaining(), plainIn.remaining());
    if (count > 0) {
      into.put(plainIn.slice(plainIn.position(), count));
      plainIn.position(plainIn.position() + count);
      return count;
    }
    return ended ? -1 : 0;
  }

  /** Unwraps what has come, until there is something to read or nothing more has come. */
  private void unwrap() throws IOException {
    plainIn.clear();
    boolean progress = true;
    while (progress && plainIn.position() == 0 && !ended) {
      int read = channel.read(encryptedIn);
      if (read < 0) {
        ended = true;
      }
      encryptedIn.flip();
      SSLEngineResult result = engine.unwrap(encryptedIn, plainIn);
      encryptedIn.compact();
      switch (result.getStatus()) {
        case BUFFER_OVERFLOW -> plainIn = ByteBuffer.allocate(2 * plainIn.capacity());
        case CLOSED -> ended = true;
        default -> {
          // go on
        }
      }
      progress = result.bytesConsumed() > 0 || handshake();
    }
    plainIn.flip();
  }

  /** Does what the handshake wants next of this side; returns whether it did anything. */
  private boolean handshake() throws IOException {
    HandshakeStatus status = engine.getHandshakeStatus();
    if (status == HandshakeStatus.NEED_TASK) {
      for (Runnable task = engine.getDelegatedTask(); task != null; ) {
        task.run();
        task = engine.getDelegatedTask();
      }
      return true;
    }
    if (status == HandshakeStatus.NEED_WRAP) {
      return wrap(NOTHING);
    }
    return false;
  }

  /** Wraps once and writes; returns whether something was wrapped. */
  private boolean wrap(ByteBuffer from) throws IOException {
    flush();
    encryptedOut.compact();
    SSLEngineResult result;
    try {
      result = engine.wrap(from, encryptedOut);
    } finally {
      encryptedOut.flip();
    }
    if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
      throw new IOException("TLS was closed");
    }
    flush();
    return result.bytesProduced() > 0;
  }

  private void flush() throws IOException {
    if (encryptedOut.hasRemaining()) {
      channel.write(encryptedOut);
    }
  }

  /** More may be decrypted already. */
  @Override
  public boolean readsAll() {
    return false;
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    flush();
    boolean progress = true;
    while (progress && (from.hasRemaining() || isHandshaking())) {
      progress = handshake();
      HandshakeStatus status = engine.getHandshakeStatus();
      if (!progress
          && from.hasRemaining()
          && (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED)) {
        progress = wrap(from);
      }
    }
  }

  private boolean isHandshaking() {
    HandshakeStatus status = engine.getHandshakeStatus();
    return status == HandshakeStatus.NEED_WRAP || status == HandshakeStatus.NEED_TASK;
  }

  @Override
  public boolean wantsToWrite(boolean more) {
    return encryptedOut.hasRemaining()
        || (more && engine.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP);
  }

  @Override
  public void close() {
    engine.closeOutbound();
    try {
      encryptedOut.compact();
      engine.wrap(NOTHING, encryptedOut);
      encryptedOut.flip();
      flush();
    } catch (IOException notSaid) {
      // the server learns of the end from the socket
    }
    ByteLink.closeQuietly(channel);
  }
}
