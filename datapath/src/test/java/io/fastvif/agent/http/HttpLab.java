package io.fastvif.agent.http;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A server with a few routes that a test can hold up. */
final class HttpLab implements AutoCloseable {
  /** Times that a test can wait for. */
  static final Times SHORT =
      new Times(
          Duration.ofSeconds(2),
          Duration.ofSeconds(2),
          Duration.ofSeconds(3),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20));

  final CompletableFuture<Response> later = new CompletableFuture<>();
  final CompletableFuture<Response.Sink> stream = new CompletableFuture<>();
  final AtomicInteger handled = new AtomicInteger();
  final HttpServer server;
  private final Path socket;

  HttpLab(Path folder, HttpOptions options) throws IOException {
    socket = folder.resolve("agent.sock");
    List<HttpRoute> routes =
        List.of(
            HttpRoute.quick(Method.GET, "/small", Access.READ, r -> Response.json(200, "{}")),
            HttpRoute.quick(
                Method.GET,
                "/large",
                Access.READ,
                r -> Response.of(200, Response.TEXT, new byte[8 << 20])),
            HttpRoute.quick(
                Method.POST,
                "/body",
                Access.CHANGE,
                r -> {
                  handled.incrementAndGet();
                  return Response.json(200, Integer.toString(r.body().length));
                }),
            HttpRoute.later(Method.POST, "/later", Access.CHANGE, r -> later),
            HttpRoute.later(Method.GET, "/later", Access.READ, r -> later),
            HttpRoute.quick(
                Method.GET,
                "/stream",
                Access.READ,
                r -> Response.stream(Response.JSON_LINES, stream::complete)));
    server =
        HttpServer.listen(
            options, socket, PosixFilePermissions.fromString("rw-------"), null, routes);
  }

  UnixHttp connect() throws IOException {
    return UnixHttp.to(socket);
  }

  /** A client that has its descriptors, but is not connected. */
  UnixHttp prepare() throws IOException {
    return UnixHttp.prepare();
  }

  void connect(UnixHttp client) throws IOException {
    client.connect(socket);
  }

  /** What a new client gets. */
  int status() throws IOException {
    try (UnixHttp client = connect()) {
      return client.ask("GET", "/small", "").status();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
