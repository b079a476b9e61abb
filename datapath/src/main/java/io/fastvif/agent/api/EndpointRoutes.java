package io.fastvif.agent.api;

import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Problem;
import io.fastvif.agent.http.ProblemException;
import io.fastvif.agent.http.Response;
import io.fastvif.bindings.FailureKind;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.file.FileNetworkDriver;
import io.fastvif.driver.file.VifPlugger;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** {@code /v1/endpoints}: endpoints on named networks, which the agent keeps as VIFs. */
final class EndpointRoutes {
  private final NetworkDriver networks;

  private EndpointRoutes(NetworkDriver networks) {
    this.networks = networks;
  }

  /**
   * The routes.
   *
   * @param networks null if no networks are described
   */
  static List<HttpRoute> of(NetworkDriver networks) {
    EndpointRoutes routes = new EndpointRoutes(networks);
    return List.of(
        HttpRoute.waiting(Method.POST, "/v1/endpoints", Access.CHANGE, routes::request),
        HttpRoute.waiting(Method.DELETE, "/v1/endpoints/{id*}", Access.CHANGE, routes::release));
  }

  /**
   * The networks that a file describes; their VIFs are declared, so that they stay.
   *
   * @throws io.fastvif.vif.InvalidInputException if the file is not what it must be
   */
  static NetworkDriver networks(String file, VifKeeper keeper) {
    VifPlugger plugger =
        new VifPlugger() {
          @Override
          public CompletableFuture<PlugResult> plug(PlugRequest vif, Map<String, String> options) {
            return keeper.plug(vif, options);
          }

          @Override
          public CompletableFuture<PlugResult> unplug(
              PlugRequest vif, Map<String, String> options) {
            return keeper.unplug(vif, options);
          }
        };
    return FileNetworkDriver.open(file, keeper.host(), plugger);
  }

  private NetworkDriver networks() {
    if (networks == null) {
      throw new ProblemException(
          Problem.notFound("the agent was told of no networks: start it with --networks FILE"));
    }
    return networks;
  }

  private Response request(ApiRequest request) {
    request.requireQuery();
    List<String> notes = new ArrayList<>();
    try {
      Endpoint endpoint = networks().request(EndpointText.read(request.body()), notes::add);
      return Response.json(200, EndpointText.write(endpoint, notes));
    } catch (EndpointUnavailableException unavailable) {
      List<String> reasons = new ArrayList<>();
      unavailable.reasons().forEach((type, reason) -> reasons.add(type + ": " + reason));
      Problem problem =
          unavailable.kind() == FailureKind.OTHER
              ? new Problem("unsuited", "No endpoint suits", 409, unavailable.getMessage())
              : Problem.of(unavailable, unavailable.getMessage());
      throw new ProblemException(problem.with("reasons", reasons));
    }
  }

  private Response release(ApiRequest request) {
    request.requireQuery();
    EndpointId id = EndpointId.parse(request.segment("id"));
    List<String> notes = new ArrayList<>();
    networks().release(id, notes::add);
    return Response.json(200, EndpointText.released(id, notes));
  }
}
