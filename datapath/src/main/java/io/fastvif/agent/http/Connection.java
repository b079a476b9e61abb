package io.fastvif.agent.http;

import io.fastvif.trace.Log;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * One connection: one request after the other, each with its answer. All of it runs on the server's
 * thread. What a caller sends ahead is kept, within a bound, and nothing more is read meanwhile.
 */
final class Connection extends ChannelInboundHandlerAdapter {
  /** How long a caller that gets its last answer may go on sending before it is cut off. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** How long one that was made while the server ends has for its request. */
  private static final Duration FIRST_REQUEST = Duration.ofSeconds(1);

  /** Where it stands. */
  private enum Phase {
    /** It is not known yet who it is. */
    UNKNOWN,
    /** Between requests. */
    IDLE,
    /** A request's head has come, its end has not. */
    RECEIVING,
    /** A request's handler is at work. */
    HANDLING,
    /** The answer is on its way. */
    ANSWERING,
    /** The last answer is written; what still comes is dropped, so that it can be read. */
    LINGERING,
    /** No more. */
    CLOSED
  }

  private final ServerState server;
  private final long number;
  private final ArrayDeque<HttpObject> ahead = new ArrayDeque<>(0);
  private final ConnectionDeadline deadline;

  private ChannelHandlerContext context;
  private Phase phase = Phase.UNKNOWN;
  private Peer peer;
  private boolean isCounted;
  private Exchange exchange;
  private HttpAnswer answer;
  private int requestsAhead;
  private boolean isDraining;
  private boolean isPartOfHeadThere;

  Connection(ServerState server) {
    this.server = server;
    number = server.nextConnection();
    deadline = new ConnectionDeadline(server.loop, this::expired);
  }

  /** The user that it counts for; null if it counts for none. */
  UserPrincipal user() {
    return isCounted ? peer.user() : null;
  }

  /** Nothing is read before it is known who it is: the user database may take its time. */
  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    deadline.within(server.options.times().head());
    try {
      server.lookups.execute(
          () -> {
            Peer found = peer(ctx, server.peers);
            server.loop.execute(() -> identified(found));
          });
    } catch (RejectedExecutionException full) {
      server.refused.incrementAndGet();
      close();
    }
  }

  private static Peer peer(ChannelHandlerContext ctx, Peers peers) {
    try {
      UnixDomainPrincipal credentials =
          ctx.channel().config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
      return credentials == null ? null : peers.peer(credentials);
    } catch (RuntimeException gone) {
      return null; // nobody knows who it was
    }
  }

  private void identified(Peer found) {
    if (phase == Phase.CLOSED) {
      return;
    }
    if (found == null) {
      close();
      return;
    }
    peer = found;
    if (!server.isTaken(peer.user())) {
      server.refused.incrementAndGet();
      String name = peer.user().getName();
      exchange = Exchange.refused(Problem.busy(name + " has too many connections open"));
      answerLast(exchange.refusal());
    } else {
      isCounted = true;
      idle(server.closing ? FIRST_REQUEST : server.options.times().head());
    }
    context.channel().config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    HttpObject part = (HttpObject) message;
    switch (phase) {
      case IDLE, RECEIVING -> {
        if (ahead.isEmpty()) {
          take(part);
        } else {
          keep(part);
        }
      }
      case HANDLING, ANSWERING -> keep(part);
      case UNKNOWN, LINGERING, CLOSED -> ReferenceCountUtil.release(part);
    }
  }

  /** Keeps what came ahead of the answer before it, and reads no more. */
  private void keep(HttpObject part) {
    if (requestsAhead > server.options.bounds().pipelined()) {
      ReferenceCountUtil.release(part);
      return;
    }
    if (part instanceof HttpRequest && ++requestsAhead > server.options.bounds().pipelined()) {
      server.refused.incrementAndGet(); // ends after the requests before it
      ReferenceCountUtil.release(part);
      return;
    }
    ahead.add(part);
    context.channel().config().setAutoRead(false);
  }

  private void takeKept() {
    if (isDraining) {
      return;
    }
    isDraining = true;
    while (!ahead.isEmpty() && (phase == Phase.IDLE || phase == Phase.RECEIVING)) {
      HttpObject part = ahead.poll();
      boolean isHead = part instanceof HttpRequest;
      take(part);
      if (isHead) {
        requestsAhead--;
      }
    }
    isDraining = false;
    if (ahead.isEmpty() && phase != Phase.CLOSED) {
      if (requestsAhead > 0 && phase == Phase.IDLE) {
        close(); // it sent more ahead than it may
        return;
      }
      context.channel().config().setAutoRead(true);
    }
  }

  private void take(HttpObject part) {
    try {
      if (part instanceof HttpRequest head) {
        begin(head);
      }
      if (part instanceof HttpContent content && phase == Phase.RECEIVING) {
        receive(content);
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void begin(HttpRequest head) {
    server.idle.remove(this);
    isPartOfHeadThere = false;
    phase = Phase.RECEIVING;
    exchange = Exchange.begin(head, server, server.peers.caller(peer));
    server.requests.incrementAndGet();
    if (exchange.refusal() != null && (exchange.announcesBody() || !exchange.isReadable())) {
      answerLast(exchange.refusal());
    } else {
      deadline.within(server.options.times().body());
      if (exchange.refusal() == null && exchange.expectsContinue()) {
        var unused = context.writeAndFlush(Exchange.goOn());
      }
    }
  }

  private void receive(HttpContent content) {
    if (content.decoderResult().isFailure()) {
      answerLast(Exchange.malformed(content.decoderResult().cause()));
      return;
    }
    Problem tooMuch = exchange.append(content.content());
    if (tooMuch != null) {
      server.refused.incrementAndGet();
      answerLast(tooMuch);
    } else if (content instanceof LastHttpContent) {
      exchange.whole();
      handle();
    }
  }

  private void handle() {
    phase = Phase.HANDLING;
    if (exchange.refusal() != null) {
      answer(exchange.refusal().response());
      return;
    }
    deadline.within(exchange.time());
    Exchange whole = exchange;
    server.inOrder(number, () -> begin(whole));
  }

  /** Not if nobody waits for it any more, as when its process was killed. */
  private void begin(Exchange whole) {
    if (isLate(whole)) {
      return;
    }
    if (server.underWay.get() >= server.options.bounds().requests()) {
      server.refused.incrementAndGet();
      answer(Problem.busy(server.underWay.get() + " requests are under way already").response());
      return;
    }
    whole.handle((response, thrown) -> answered(whole, response, thrown));
  }

  /** An answer to a request that was answered with 504 meanwhile, or that nobody waits for. */
  private boolean isLate(Exchange begun) {
    return exchange != begun || phase != Phase.HANDLING;
  }

  private void answered(Exchange begun, Response response, Throwable thrown) {
    if (isLate(begun)) {
      return;
    }
    if (thrown == null) {
      answer(response);
    } else {
      answer(Failures.problem(thrown, begun.target()).response());
    }
  }

  /** Answers, and goes on with the next request if the caller wants that. */
  private void answer(Response response) {
    if (response.status() >= 500) {
      server.failed.incrementAndGet();
    } else if (response.status() == 403) {
      server.denied.incrementAndGet();
    }
    exchange.answered(response.status());
    phase = Phase.ANSWERING;
    deadline.within(server.options.times().answer());
    boolean isLast = !exchange.isKeptAlive() || server.closing;
    answer = new HttpAnswer(context, exchange, response, isLast, deadline, server);
    answer.begin(() -> written(isLast));
  }

  /** Answers what cannot be followed by another request, since what comes next is not known. */
  private void answerLast(Problem problem) {
    exchange.endAfterThis();
    answer(problem.response());
  }

  private void written(boolean isLast) {
    if (phase == Phase.CLOSED) {
      return;
    }
    answer = null;
    exchange.end();
    if (!isLast && exchange.isKeptAlive() && !server.closing) {
      idle(server.options.times().idle());
      takeKept();
    } else if (exchange.isWhole()) {
      close();
    } else {
      phase = Phase.LINGERING;
      deadline.within(LINGER);
      dropKept();
      context.channel().config().setAutoRead(true);
      var unused = ((DuplexChannel) context.channel()).shutdownOutput();
    }
  }

  private void idle(Duration time) {
    phase = Phase.IDLE;
    server.idle.add(this);
    deadline.within(time);
  }

  /** After each read: if no head came of it, a part of one did. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (phase == Phase.IDLE && !isPartOfHeadThere) {
      isPartOfHeadThere = true;
      deadline.within(server.options.times().head());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (answer != null) {
      answer.goOn();
    }
  }

  private void expired() {
    switch (phase) {
      case IDLE -> {
        if (isPartOfHeadThere) {
          server.timedOut.incrementAndGet();
        }
        close();
      }
      case RECEIVING -> {
        server.timedOut.incrementAndGet();
        answerLast(
            new Problem(
                "too-slow",
                "The request did not come in time",
                408,
                "the body did not come within "
                    + server.options.times().body().toMillis()
                    + " ms"));
      }
      case HANDLING ->
          answer(
              new Problem(
                      "timeout",
                      "The answer is not known in time",
                      504,
                      exchange.target()
                          + " takes longer than "
                          + exchange.time().toMillis()
                          + " ms; what it has begun goes on")
                  .response());
      case UNKNOWN, ANSWERING -> {
        server.timedOut.incrementAndGet();
        close();
      }
      case LINGERING, CLOSED -> close();
    }
  }

  /** The caller sends no more: it may still wait for its answer, unless there is none to come. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      boolean isAnswered =
          phase == Phase.HANDLING || (phase == Phase.ANSWERING && !answer.isStream());
      if (isAnswered) {
        exchange.endAfterThis();
      } else {
        close();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean isCallers = cause instanceof IOException || cause instanceof CodecException;
    if (!isCallers) { // one that is gone, or sends what it should not, is nothing to speak of
      Log.warning(Connection.class, "a connection of the agent's socket is closed", cause);
    }
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    close();
  }

  private void dropKept() {
    ahead.forEach(ReferenceCountUtil::release);
    ahead.clear();
  }

  /**
   * Ends in order: at once between requests, otherwise after the answer; a stream ends now. A new
   * one may still ask.
   */
  void finish() {
    switch (phase) {
      case UNKNOWN, IDLE -> {
        if (exchange == null) {
          deadline.within(FIRST_REQUEST); // its caller is about to ask, and cannot know better
        } else {
          close();
        }
      }
      case ANSWERING -> answer.finish();
      case RECEIVING, HANDLING, LINGERING, CLOSED -> {
        // ends by itself, at the latest when the server is done waiting
      }
    }
  }

  /** Closes at once, and takes no notice of what is under way. */
  void close() {
    if (phase == Phase.CLOSED) {
      return;
    }
    phase = Phase.CLOSED;
    deadline.cancel();
    dropKept();
    if (answer != null) {
      answer.gone();
    }
    if (exchange != null) {
      exchange.end();
    }
    var unused = context.close();
    server.ended(this);
  }
}
