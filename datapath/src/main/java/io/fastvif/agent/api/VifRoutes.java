package io.fastvif.agent.api;

import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.VifState;
import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Problem;
import io.fastvif.agent.http.ProblemException;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.AgentRequest;
import io.fastvif.json.AgentRequests;
import io.fastvif.json.PlugRequest;
import io.fastvif.vif.InvalidInputException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /v1/vifs}: one VIF, and the list. */
final class VifRoutes {
  private static final String PATH = "/v1/vifs";
  private static final String ONE = "/v1/vifs/{id}";
  private static final String ID = "id";
  private static final String STATE = "state";

  private final VifKeeper keeper;

  private VifRoutes(VifKeeper keeper) {
    this.keeper = keeper;
  }

  static List<HttpRoute> of(VifKeeper keeper) {
    VifRoutes routes = new VifRoutes(keeper);
    return List.of(
        HttpRoute.later(Method.PUT, ONE, Access.CHANGE, routes::plug),
        HttpRoute.later(Method.DELETE, ONE, Access.CHANGE, routes::unplug),
        HttpRoute.waiting(Method.GET, ONE, Access.READ, routes::find),
        HttpRoute.waiting(Method.GET, PATH, Access.READ, routes::list));
  }

  private CompletionStage<Response> plug(ApiRequest request) {
    request.requireQuery();
    if (!request.hasBody()) {
      throw InvalidInputException.of("vif", "is missing", "a VIF as the request's body");
    }
    AgentRequest asked = AgentRequests.read(request.body());
    PlugRequest vif = vif(asked, request.segment(ID), AgentRequest.Verb.PLUG);
    return answered(keeper.plug(vif, options(asked)), ResultLine.name(vif.vif()));
  }

  private CompletionStage<Response> unplug(ApiRequest request) {
    request.requireQuery();
    if (!request.hasBody()) {
      return answered(keeper.unplug(request.segment(ID)), "");
    }
    AgentRequest asked = AgentRequests.read(request.body());
    PlugRequest vif = vif(asked, request.segment(ID), AgentRequest.Verb.UNPLUG);
    return answered(keeper.unplug(vif, options(asked)), ResultLine.name(vif.vif()));
  }

  private static PlugRequest vif(AgentRequest asked, String id, AgentRequest.Verb verb) {
    PlugRequest vif =
        asked.vif().orElseThrow(() -> InvalidInputException.of("vif", "is missing", "a VIF"));
    if (asked.verb().isPresent() && asked.verb().get() != verb) {
      throw InvalidInputException.ofValue(
          "action", asked.verb().get().toString(), "is not what the method says", verb.toString());
    }
    if (!asked.id().equals(id)) {
      throw InvalidInputException.ofValue(
          "vif.id", asked.id(), "is not the id in the request's path", id);
    }
    return vif;
  }

  private Map<String, String> options(AgentRequest asked) {
    return CallerOptions.of(keeper.host().configuration(), asked);
  }

  private CompletionStage<Response> answered(CompletableFuture<PlugResult> result, String name) {
    return result.thenApply(
        ended ->
            ended.outcome() == Outcome.FAILED
                ? problem(ended, name).response()
                : Response.json(200, ResultLine.of(ended)));
  }

  private Problem problem(PlugResult ended, String name) {
    return PlugProblems.of(
        keeper.host().configuration(), ended, ended.plan() == null ? name : ended.plan().name());
  }

  private Response find(ApiRequest request) {
    request.requireQuery();
    String id = request.segment(ID);
    Optional<KeptVif> found = keeper.find(id);
    return found
        .map(vif -> Response.json(200, VifText.whole(vif)))
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.notFound("no VIF " + id + " was declared, nor is on the host")
                        .with("id", id)));
  }

  private Response list(ApiRequest request) {
    request.requireQuery(STATE);
    Optional<VifState> state = request.query(STATE).map(VifRoutes::state);
    boolean asLines = request.accepts(Response.JSON_LINES);
    Iterator<String> vifs =
        keeper.list().stream()
            .filter(vif -> state.isEmpty() || vif.state() == state.get())
            .map(VifText::summary)
            .iterator();
    return asLines
        ? Response.stream(Response.JSON_LINES, new PulledLines("", vifs, "\n", "\n", ""))
        : Response.stream(Response.JSON, new PulledLines("{\"vifs\":[", vifs, ",\n", "", "]}\n"));
  }

  private static VifState state(String word) {
    for (VifState state : VifState.values()) {
      if (VifText.word(state).equals(word)) {
        return state;
      }
    }
    throw InvalidInputException.ofValue(
        "?" + STATE,
        word,
        "is no state",
        Arrays.stream(VifState.values())
            .map(VifText::word)
            .reduce((all, each) -> all + ", " + each)
            .orElseThrow());
  }
}
