package io.fastvif.agent.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An answer on its way: a body in pieces of bounded size, each when the caller has taken those
 * before it, or a stream.
 */
final class HttpAnswer implements Response.Sink {
  private static final int PIECE = 64 << 10;

  private final ChannelHandlerContext context;
  private final Exchange exchange;
  private final Response response;
  private final boolean isLast;
  private final ConnectionDeadline deadline;
  private final ServerState server;

  private final Queue<byte[]> pieces = new ConcurrentLinkedQueue<>();
  private final AtomicLong waiting = new AtomicLong();
  private final AtomicBoolean isScheduled = new AtomicBoolean();
  private final List<Runnable> onWritable = new ArrayList<>(0);
  private final List<Runnable> onClosed = new ArrayList<>(0);
  private volatile boolean isEnding;

  /** Whether somebody waits to be told that there is room again. */
  private volatile boolean wasFull;

  private volatile boolean isClosed;
  private boolean isEndWritten;
  private boolean isWriting;
  private boolean isStalled;
  private Runnable done;
  private int position;

  HttpAnswer(
      ChannelHandlerContext context,
      Exchange exchange,
      Response response,
      boolean isLast,
      ConnectionDeadline deadline,
      ServerState server) {
    this.context = context;
    this.exchange = exchange;
    this.response = response;
    this.isLast = isLast;
    this.deadline = deadline;
    this.server = server;
  }

  boolean isStream() {
    return response.streamer() != null;
  }

  /**
   * Writes it, or as much as the caller takes.
   *
   * @param whenDone runs when the system has taken all of it
   */
  void begin(Runnable whenDone) {
    done = whenDone;
    if (isStream()) {
      beginStream();
      return;
    }
    byte[] body = response.body();
    if (body.length <= PIECE) {
      ByteBuf content = Unpooled.wrappedBuffer(body);
      DefaultFullHttpResponse whole =
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status(), content);
      fill(whole.headers());
      whole.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
      finish(whole);
      return;
    }
    DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status());
    fill(head.headers());
    head.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (exchange.isHead()) {
      put(head);
      finish(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    put(head);
    goOn();
  }

  private HttpResponseStatus status() {
    return HttpResponseStatus.valueOf(response.status());
  }

  private void fill(HttpHeaders headers) {
    headers.set(HttpHeaderNames.CONTENT_TYPE, response.contentType());
    headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    headers.set("x-content-type-options", "nosniff");
    response.headers().forEach(headers::set);
    if (isLast) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (exchange.isOfVersion10()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  private void put(HttpObject part) {
    var unused = context.write(part, context.voidPromise());
  }

  private void finish(Object last) {
    isEndWritten = true;
    var unused =
        context
            .writeAndFlush(last)
            .addListener(
                written -> {
                  closed();
                  if (written.isSuccess()) {
                    done.run();
                  }
                });
  }

  private void beginStream() {
    DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status());
    fill(head.headers());
    if (exchange.isOfVersion10()) { // it knows no chunks: the connection's end is the stream's
      exchange.endAfterThis();
      head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else {
      head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    put(head);
    context.flush();
    deadline.none();
    if (exchange.isHead()) {
      end();
    } else {
      response.streamer().begin(this);
    }
  }

  /** The caller has taken something, or has no room any more, which a write says in its midst. */
  void goOn() {
    if (isWriting || isEndWritten || !context.channel().isWritable()) {
      return;
    }
    isWriting = true;
    if (isStream()) {
      writePieces();
    } else {
      writeBody();
    }
    isWriting = false;
  }

  private void writeBody() {
    deadline.within(server.options.times().answer());
    Channel channel = context.channel();
    byte[] body = response.body();
    while (channel.isWritable() && position < body.length) {
      int count = Math.min(PIECE, body.length - position);
      ByteBuf piece = Unpooled.wrappedBuffer(body, position, count);
      position += count;
      put(new DefaultHttpContent(piece));
      context.flush();
    }
    if (position == body.length && !isEndWritten) {
      finish(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }

  @Override
  public void write(byte[] piece) {
    if (piece.length == 0 || isClosed || isEnding) {
      return;
    }
    waiting.addAndGet(piece.length);
    pieces.add(piece);
    schedule();
  }

  private void schedule() {
    if (isScheduled.compareAndSet(false, true)) {
      server.loop.execute(this::writeScheduled);
    }
  }

  private void writeScheduled() {
    isScheduled.set(false);
    isWriting = true;
    writePieces();
    isWriting = false;
  }

  private void writePieces() {
    if (isClosed || isEndWritten) {
      return;
    }
    boolean ends = isEnding; // before the queue is looked at: what was written before is in it
    Channel channel = context.channel();
    boolean wrote = false;
    while (channel.isWritable() && !pieces.isEmpty()) {
      byte[] piece = pieces.poll();
      waiting.addAndGet(-piece.length);
      put(new DefaultHttpContent(Unpooled.wrappedBuffer(piece)));
      wrote = true;
    }
    if (ends && pieces.isEmpty()) {
      deadline.within(server.options.times().answer());
      finish(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    if (wrote) {
      context.flush();
    }
    if (channel.isWritable()) {
      isStalled = false;
      deadline.none();
      if (!pieces.isEmpty()) {
        schedule(); // the flush has made room in the midst of this, when nobody listened
      }
      if (wasFull) {
        wasFull = false;
        List.copyOf(onWritable).forEach(Runnable::run);
      }
    } else if (!isStalled || wrote) { // what is written meanwhile gives no more time
      isStalled = true;
      deadline.within(server.options.times().answer());
    }
  }

  @Override
  public boolean isWritable() {
    boolean hasRoom = !isClosed && context.channel().isWritable() && waiting.get() < PIECE;
    if (!hasRoom && !isClosed) {
      wasFull = true;
      schedule(); // should it have been emptied meanwhile
    }
    return hasRoom;
  }

  @Override
  public void whenWritable(Runnable task) {
    server.loop.execute(() -> onWritable.add(task));
  }

  @Override
  public boolean isClosed() {
    return isClosed;
  }

  @Override
  public void whenClosed(Runnable task) {
    server.loop.execute(
        () -> {
          if (isClosed) {
            task.run();
          } else {
            onClosed.add(task);
          }
        });
  }

  @Override
  public void execute(Runnable task) {
    server.loop.execute(task);
  }

  @Override
  public void every(Duration pause, Runnable task) {
    long nanos = pause.toNanos();
    ScheduledFuture<?> timer =
        server.loop.scheduleAtFixedRate(task, nanos, nanos, TimeUnit.NANOSECONDS);
    whenClosed(() -> timer.cancel(false));
  }

  @Override
  public void end() {
    isEnding = true;
    schedule();
  }

  /** Ends a stream; an answer that is there anyway ends by itself. */
  void finish() {
    if (isStream()) {
      end();
    }
  }

  /** Nobody reads any more. */
  void gone() {
    closed();
  }

  private void closed() {
    if (!isClosed) {
      isClosed = true;
      pieces.clear();
      onWritable.clear();
      List.copyOf(onClosed).forEach(Runnable::run);
      onClosed.clear();
    }
  }
}
