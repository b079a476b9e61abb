package io.fastvif.agent.http;

import io.fastvif.trace.Log;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoOps;
import io.netty.channel.nio.NioSelectableChannelIoHandle;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * Takes connections from a listening socket, as long as there is room. Netty's own channel for that
 * is not used: it reads all network devices of the host when it is made, thousands of taps, and
 * deletes the file at the socket's path when it is closed, whoever's that is by then.
 */
final class Acceptor extends NioSelectableChannelIoHandle<ServerSocketChannel> {
  private static final int MAX_LINE = 8192;
  private static final int MAX_CHUNK = 64 << 10;
  private static final int AT_ONCE = 16;
  private static final int PAUSE_MILLIS = 200;

  private final ServerState server;
  private IoRegistration registration;
  private boolean isPaused = true;
  private boolean isStarved;

  private Acceptor(ServerSocketChannel channel, ServerState server) {
    super(channel);
    this.server = server;
  }

  /** Makes one that takes none yet: see {@link #goOn}. */
  static Acceptor of(ServerSocketChannel channel, ServerState server, IoEventLoop loop)
      throws IOException {
    channel.configureBlocking(false);
    Acceptor acceptor = new Acceptor(channel, server);
    acceptor.registration = loop.register(acceptor).syncUninterruptibly().getNow();
    return acceptor;
  }

  /** Takes connections, if there is room. On the server's thread. */
  void goOn() {
    if (isPaused && registration.isValid() && server.hasPlace()) {
      isPaused = false;
      registration.submit(NioIoOps.ACCEPT);
    }
  }

  private void pause() {
    if (!isPaused) {
      isPaused = true;
      registration.submit(NioIoOps.NONE);
    }
  }

  /** Takes no more; the socket stays as it is. */
  void stop() {
    isPaused = true;
    registration.cancel();
  }

  /** As {@link #stop}: the socket is its owner's to close. */
  @Override
  public void close() {
    stop();
  }

  @Override
  protected void handle(ServerSocketChannel channel, SelectionKey key) {
    for (int i = 0; i < AT_ONCE && !isPaused; i++) {
      try {
        SocketChannel accepted = channel.accept();
        if (accepted == null) {
          return;
        }
        if (isStarved) {
          isStarved = false;
          Log.info(Acceptor.class, "the agent's socket takes connections again");
        }
        begin(new NioDomainSocketChannel(accepted));
      } catch (IOException | RuntimeException refused) {
        starve(refused);
      }
      if (!server.hasRoom()) {
        pause();
      }
    }
  }

  /** No descriptors, most likely: there will be some when connections have ended. */
  private void starve(Exception refused) {
    pause();
    if (!isStarved) { // said once, not with each attempt
      isStarved = true;
      Log.warning(
          Acceptor.class, "the agent's socket takes no connection: " + refused.getMessage());
    }
    var unused = server.loop.schedule(this::goOn, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void begin(Channel accepted) {
    accepted.config().setOption(ChannelOption.ALLOCATOR, Buffers.ALLOCATOR);
    accepted.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    accepted.config().setAutoRead(false);
    accepted
        .config()
        .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(512, 2048, MAX_CHUNK));
    Connection connection = new Connection(server);
    accepted.pipeline().addLast(new HttpServerCodec(decoding()), connection);
    server.begun(connection);
    var unused = server.loop.register(accepted);
  }

  private HttpDecoderConfig decoding() {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(MAX_LINE)
        .setMaxHeaderSize(server.options.bounds().head())
        .setMaxChunkSize(MAX_CHUNK);
  }

  /** Few and small: one thread needs no more. */
  private static final class Buffers {
    static final ByteBufAllocator ALLOCATOR =
        new PooledByteBufAllocator(true, 0, 1, 8192, 4, 0, 0, false);
  }
}
