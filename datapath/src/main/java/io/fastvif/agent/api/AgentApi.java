package io.fastvif.agent.api;

import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.driver.NetworkDriver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The agent's interface: routes for an {@link io.fastvif.agent.http.HttpServer}. It is described by
 * {@code openapi.json} beside this class, which it serves.
 */
public final class AgentApi implements AutoCloseable {
  private static final int EVENTS_KEPT = 4096;

  private final EventRing events;
  private final List<HttpRoute> routes;

  /**
   * What the agent says of itself.
   *
   * @param version of fastvif
   * @param started when the agent was
   * @param networks the file that describes the networks of endpoints; null for none
   * @param settings the agent's own, by name, as they are now
   */
  public record About(
      String version, Instant started, String networks, Supplier<Map<String, String>> settings) {
    /** Checks that nothing is missing. */
    public About {
      Objects.requireNonNull(version);
      Objects.requireNonNull(started);
      Objects.requireNonNull(settings);
    }

    /** Tells one run of the agent from another. */
    String run() {
      return Long.toString(started.toEpochMilli(), Character.MAX_RADIX);
    }
  }

  private AgentApi(EventRing events, List<HttpRoute> routes) {
    this.events = events;
    this.routes = List.copyOf(routes);
  }

  /**
   * Makes the interface to a keeper, which stays the caller's.
   *
   * @throws io.fastvif.vif.InvalidInputException if the file of networks is not what it must be
   */
  public static AgentApi of(VifKeeper keeper, About about) {
    NetworkDriver networks =
        about.networks() == null ? null : EndpointRoutes.networks(about.networks(), keeper);
    EventRing events = new EventRing(keeper::subscribe, EVENTS_KEPT);
    List<HttpRoute> routes = new ArrayList<>(VifRoutes.of(keeper));
    routes.add(BatchRoute.of(keeper));
    routes.add(PlanRoute.of(keeper));
    routes.addAll(HostRoutes.of(keeper));
    routes.add(CniRoute.of(keeper.host()));
    routes.addAll(EndpointRoutes.of(networks));
    routes.add(EventRoute.of(events, about.run()));
    routes.addAll(AboutRoutes.of(keeper, about));
    return new AgentApi(events, routes);
  }

  /** The routes; others may be served beside them. */
  public List<HttpRoute> routes() {
    return routes;
  }

  /** Takes notice of events no more; after the server was closed. */
  @Override
  public void close() {
    events.close();
  }
}
