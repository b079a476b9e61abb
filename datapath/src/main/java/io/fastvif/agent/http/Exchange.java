package io.fastvif.agent.http;

import io.fastvif.event.AgentRequestEvent;
import io.fastvif.event.Events;
import io.fastvif.vif.InvalidInputException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;

/** A request on its way: its head, checked; its body, as far as it has come; and its handler. */
final class Exchange {
  private static final int FIRST_BODY = 4096;

  /** What is read within a fraction of a millisecond. */
  private static final int QUICK_BODY = 64 << 10;

  private static final int SHOWN_TARGET = 80;
  private static final String OTHER = "other";
  private static final byte[] NOTHING = new byte[0];

  private final HttpRequest head;
  private final ServerState server;
  private final Caller caller;
  private final String target;
  private final long begun = System.nanoTime();

  /** Null unless requests are recorded. */
  private AgentRequestEvent event;

  private QueryStringDecoder uri;
  private RouteTable.Match match;
  private Problem refusal;
  private Duration time;
  private boolean isReadable = true;
  private boolean isKeptAlive;
  private boolean isHandled;
  private boolean isWhole;
  private boolean isEnded;
  private byte[] body = NOTHING;
  private int length;
  private int held;

  private Exchange(HttpRequest head, ServerState server, Caller caller) {
    this.head = head;
    this.server = server;
    this.caller = caller;
    String line = head == null ? "" : head.method() + " " + head.uri();
    target = line.length() > SHOWN_TARGET ? line.substring(0, SHOWN_TARGET) + "..." : line;
  }

  /** Looks at the head of a request. */
  static Exchange begin(HttpRequest head, ServerState server, Caller caller) {
    Exchange exchange = new Exchange(head, server, caller);
    exchange.isKeptAlive = HttpUtil.isKeepAlive(head);
    if (Events.recordRequests()) {
      exchange.event = new AgentRequestEvent();
      exchange.event.begin();
    }
    try {
      exchange.refusal = exchange.check();
    } catch (InvalidInputException wrong) {
      exchange.refusal = Problem.wrongInput(wrong);
    }
    return exchange;
  }

  /** What a connection is answered that may not even ask. */
  static Exchange refused(Problem problem) {
    Exchange exchange = new Exchange(null, null, null);
    exchange.refusal = problem;
    exchange.isReadable = false;
    return exchange;
  }

  private Problem check() {
    if (head.decoderResult().isFailure()) {
      isReadable = false;
      return malformed(head.decoderResult().cause());
    }
    HttpVersion version = head.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      isReadable = false;
      return new Problem("version", "HTTP of another version", 505, "expected HTTP/1.1");
    }
    if (!caller.mayRead()) {
      isKeptAlive = false;
      return denied("is not allowed to ask");
    }
    if (version.equals(HttpVersion.HTTP_1_1) && !head.headers().contains(HttpHeaderNames.HOST)) {
      return malformed("the header Host is missing");
    }
    Method method = method();
    List<String> segments = segments();
    match = method == null ? null : server.routes.find(method, segments);
    if (match == null) {
      String allowed = server.routes.allowed(segments);
      return allowed.isEmpty()
          ? Problem.notFound("there is nothing at " + target + "; see /v1/openapi.json")
          : new Problem(
                  "method", "The method is not allowed", 405, target + ": expected " + allowed)
              .with(Problem.ALLOW, allowed);
    }
    if (!caller.may(match.route().access())) {
      return denied("is allowed to read only");
    }
    time = requestTime();
    return checkBody();
  }

  private Problem denied(String what) {
    return Problem.denied("user " + caller.user() + " (group " + caller.group() + ") " + what);
  }

  /** HEAD is GET without the body. */
  private Method method() {
    String name = head.method().name();
    for (Method method : Method.values()) {
      if (method.name().equals(name)) {
        return method;
      }
    }
    return head.method().equals(HttpMethod.HEAD) ? Method.GET : null;
  }

  private List<String> segments() {
    String text = head.uri();
    if (!text.startsWith("/")) { // the absolute form: scheme and host do not matter here
      int scheme = text.indexOf("://");
      int slash = scheme < 0 ? -1 : text.indexOf('/', scheme + 3);
      if (slash < 0) {
        throw InvalidInputException.ofValue("path", text, "is no path", "one with a slash first");
      }
      text = text.substring(slash);
    }
    try {
      uri = new QueryStringDecoder(text);
      List<String> segments = new ArrayList<>();
      for (String segment : HttpRoute.split(uri.rawPath())) {
        // a plus is a plus in a path
        segments.add(QueryStringDecoder.decodeComponent(segment.replace("+", "%2B")));
      }
      var unused = uri.parameters();
      return segments;
    } catch (IllegalArgumentException wrong) {
      throw InvalidInputException.ofValue(
          "path", text, "is not well escaped", "UTF-8 with % and two digits each");
    }
  }

  private Duration requestTime() {
    Duration max = server.options.times().maxRequest();
    String given = head.headers().get(HttpOptions.TIMEOUT_HEADER);
    String where = HttpOptions.TIMEOUT_HEADER;
    List<String> parameter = uri.parameters().get(HttpOptions.TIMEOUT_PARAMETER);
    if (parameter != null) {
      given = parameter.getLast();
      where = "?" + HttpOptions.TIMEOUT_PARAMETER;
    }
    if (given == null) {
      return server.options.times().request();
    }
    double seconds;
    try {
      seconds = Double.parseDouble(given);
    } catch (NumberFormatException wrong) {
      seconds = Double.NaN;
    }
    double least = 0.001;
    if (!(seconds >= least && seconds <= max.toSeconds())) {
      throw InvalidInputException.ofValue(
          where, given, "is no time limit", "seconds from 0.001 to " + max.toSeconds());
    }
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  private Problem checkBody() {
    HttpHeaders headers = head.headers();
    String encoding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return new Problem(
          "content-encoding", "The body is encoded", 415, encoding + ": expected no encoding");
    }
    if (announcesBody()) {
      String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
      if (type != null && !isJson(type)) {
        return new Problem(
            "content-type",
            "The body is of another type",
            415,
            type + ": expected " + Response.JSON + ", as in curl -H 'Content-Type: ...'");
      }
    }
    String expectation = headers.get(HttpHeaderNames.EXPECT);
    if (expectation != null && !HttpUtil.is100ContinueExpected(head)) {
      return new Problem(
          "expectation", "The expectation is not met", 417, "expected 100-continue at most");
    }
    return announcedLength() > server.options.bounds().body() ? tooLarge() : null;
  }

  /** The length that the head says; 0 if it says none, or what is no length. */
  private long announcedLength() {
    try {
      return HttpUtil.getContentLength(head, 0L);
    } catch (NumberFormatException malformed) {
      return 0; // its reader has found that, too
    }
  }

  private static boolean isJson(String type) {
    String plain = type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    return plain.equals(Response.JSON)
        || plain.equals(Response.JSON_LINES)
        || plain.endsWith("+json");
  }

  private Problem tooLarge() {
    return new Problem(
        "too-large",
        "The body is too large",
        413,
        "expected at most " + server.options.bounds().body() + " bytes");
  }

  /** What is answered to what is not HTTP. */
  static Problem malformed(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return new Problem(
          "too-long", "The request's line is too long", 414, "expected at most 8192 bytes");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new Problem(
          "too-long", "The headers are too long", 431, String.valueOf(cause.getMessage()));
    }
    return malformed(String.valueOf(cause.getMessage()));
  }

  private static Problem malformed(String detail) {
    return new Problem("malformed", "The request is not HTTP", 400, detail);
  }

  /** The answer to who waits with the body until it is wanted. */
  static HttpResponse goOn() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
  }

  boolean expectsContinue() {
    return HttpUtil.is100ContinueExpected(head);
  }

  boolean announcesBody() {
    return head != null && (HttpUtil.isTransferEncodingChunked(head) || announcedLength() > 0);
  }

  /** Whether it is known where the request ends. */
  boolean isReadable() {
    return isReadable;
  }

  /** Why it is not handled; null if it may be. */
  Problem refusal() {
    return refusal;
  }

  /** Line of the request, for messages. */
  String target() {
    return target;
  }

  Duration time() {
    return time;
  }

  boolean isHead() {
    return head != null && head.method().equals(HttpMethod.HEAD);
  }

  boolean isOfVersion10() {
    return head != null && head.protocolVersion().equals(HttpVersion.HTTP_1_0);
  }

  boolean isKeptAlive() {
    return isKeptAlive;
  }

  /** No request follows it. */
  void endAfterThis() {
    isKeptAlive = false;
  }

  /** Whether all of it has come. */
  boolean isWhole() {
    return isWhole;
  }

  /** Takes a part of the body; says what is wrong if that is too much. */
  Problem append(ByteBuf part) {
    int count = part.readableBytes();
    if (count == 0 || refusal != null) {
      return null;
    }
    if (count > server.options.bounds().body() - length) {
      return tooLarge();
    }
    if (length + count > body.length) {
      int size = Math.max(length + count, Math.max(FIRST_BODY, body.length * 2));
      int room = Math.min(size, server.options.bounds().body());
      if (server.bodies + room - held > server.options.bounds().bodies()) {
        return Problem.busy("the bodies of requests under way leave no room for this one");
      }
      body = Arrays.copyOf(body, room);
      server.bodies += room - held;
      held = room;
    }
    part.readBytes(body, length, count);
    length += count;
    return null;
  }

  /** Notes that all of it has come. */
  void whole() {
    isWhole = true;
  }

  /**
   * Has it answered.
   *
   * @param answered is called on the server's thread, with the answer or with why there is none
   */
  void handle(BiConsumer<Response, Throwable> answered) {
    isHandled = true;
    server.underWay.incrementAndGet();
    byte[] whole = body.length == length ? body : Arrays.copyOf(body, length);
    body = NOTHING;
    ApiRequest request =
        new ApiRequest(
            match.route().method(),
            uri.rawPath(),
            match.segments(),
            uri.parameters(),
            head.headers()::get,
            whole,
            caller);
    RequestHandler handler = match.route().handler();
    boolean isLong = whole.length > QUICK_BODY;
    if (!match.route().waits() && !isLong) {
      call(handler, request, answered);
      return;
    }
    try {
      Executor threads = isLong ? server.longBodies : server.workers;
      threads.execute(() -> call(handler, request, answered));
    } catch (RejectedExecutionException full) {
      answered.accept(null, full);
    }
  }

  private void call(
      RequestHandler handler, ApiRequest request, BiConsumer<Response, Throwable> answered) {
    CompletionStage<Response> stage;
    try {
      stage = handler.handle(request);
    } catch (RuntimeException | Error failed) {
      stage = CompletableFuture.failedFuture(failed);
    }
    var unused =
        stage.whenComplete(
            (response, thrown) -> {
              if (server.loop.inEventLoop()) {
                answered.accept(response, thrown);
              } else {
                server.loop.execute(() -> answered.accept(response, thrown));
              }
            });
  }

  /** Its answer is known. */
  void answered(int status) {
    if (server == null) {
      return; // it is no request, but a connection that may not ask
    }
    Method method = method();
    String route = match == null ? OTHER : match.route().path();
    server.observer.answered(
        method == null ? OTHER : method.name(), route, status, System.nanoTime() - begun);
    if (event != null) {
      event.request = target;
      event.route = route;
      event.user = caller.user();
      event.status = status;
      event.commit();
    }
  }

  /** It is answered, or will not be: what it has held is free. */
  void end() {
    if (isEnded || server == null) {
      return;
    }
    isEnded = true;
    server.bodies -= held;
    if (isHandled) {
      server.underWay.decrementAndGet();
    }
  }
}
