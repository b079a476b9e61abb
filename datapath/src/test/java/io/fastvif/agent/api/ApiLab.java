package io.fastvif.agent.api;

import io.fastvif.VifHost;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.agent.http.HttpStatistics;
import io.fastvif.agent.http.UnixHttp;
import io.fastvif.agent.keeper.HostKeeper;
import io.fastvif.agent.keeper.KeeperOptions;
import io.fastvif.agent.metrics.AgentDocuments;
import io.fastvif.agent.metrics.AgentSources;
import io.fastvif.agent.metrics.RequestCounters;
import io.fastvif.fastpath.BurstReport;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.forward.Idle;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.Await;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifGeneric;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** An agent in this process, in the thread's network namespace; every answer is checked. */
final class ApiLab implements AutoCloseable {
  private final VifHost host = VifHost.open();
  private final ForwardingPorts ports = ForwardingPorts.start(1, Idle.KICKS);
  private final VifKeeper keeper;
  private final AgentApi api;
  private final List<HttpRoute> routes;
  private final HttpServer server;
  private final Path socket;
  private final AtomicInteger internalErrors = new AtomicInteger();
  private final OpenApi description = new OpenApi();

  ApiLab(Path folder, String networks) throws Exception {
    keeper = HostKeeper.open(host, KeeperOptions.of(folder.resolve("state")));
    Await.until("the start", () -> keeper.unreadiness().isEmpty());
    api =
        AgentApi.of(
            keeper,
            new AgentApi.About("1.2.3", Instant.now(), networks, () -> Map.of("observe", "false")));
    AgentDocuments documents =
        new AgentDocuments(
            new AgentSources(
                "1.2.3",
                "lab",
                Instant.now(),
                keeper,
                List::of,
                BurstReport::none,
                List::of,
                List::of,
                List::of,
                () -> new HttpStatistics(0, 0, 0, 0, 0, 0, 0, 0),
                new RequestCounters()));
    routes = new ArrayList<>(api.routes());
    routes.addAll(documents.routes());
    routes.addAll(PortRoutes.of(ports));
    socket = folder.resolve("agent.sock");
    server =
        HttpServer.listen(
            HttpOptions.byDefault(),
            socket,
            PosixFilePermissions.fromString("rw-rw----"),
            null,
            routes);
  }

  static String tap(String id, String name, int mtu) {
    return VersionedObjectWriter.writeCanonical(
        VifGeneric.builder()
            .id(id)
            .plugin("tap")
            .vifName(name)
            .network(Network.builder().mtu(mtu).build())
            .build());
  }

  List<HttpRoute> routes() {
    return routes;
  }

  /** How many connections are open. */
  int connections() {
    return server.statistics().connections();
  }

  /** How many answers so far had a status of 500: errors that nobody has foreseen. */
  int internalErrors() {
    return internalErrors.get();
  }

  VifKeeper keeper() {
    return keeper;
  }

  Optional<LinkState> link(String name) {
    return host.snapshot().link(name);
  }

  UnixHttp connect() throws IOException {
    return UnixHttp.to(socket);
  }

  OpenApi description() {
    return description;
  }

  /**
   * Asks, and checks what is answered.
   *
   * @param path as it is described
   * @param target as it is asked for
   */
  UnixHttp.Answer ask(String method, String path, String target, String body, String... headers)
      throws IOException {
    try (UnixHttp client = connect()) {
      UnixHttp.Answer answer = client.ask(method, target, body, headers);
      description.check(method, path, answer);
      return answer;
    }
  }

  /** The same with a body that is what is described. */
  UnixHttp.Answer askWell(String method, String path, String target, String body)
      throws IOException {
    description.checkBody(method, path, body);
    return ask(method, path, target, body);
  }

  @Override
  public void close() {
    server.close();
    api.close();
    try {
      keeper.close();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
    host.close();
    ports.close();
  }
}
