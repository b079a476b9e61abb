package io.fastvif.agent.api;

import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Response;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.AgentRequest;
import io.fastvif.json.AgentRequests;
import io.fastvif.vif.InvalidInputException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * {@code POST /v1/batches}: many VIFs at once, with a line for each, in the order in which they
 * end.
 */
final class BatchRoute {
  private static final String ACTION = "action";
  private static final String NUMBERED = "numbered";

  private final VifKeeper keeper;

  private BatchRoute(VifKeeper keeper) {
    this.keeper = keeper;
  }

  static HttpRoute of(VifKeeper keeper) {
    return HttpRoute.waiting(
        Method.POST, "/v1/batches", Access.CHANGE, new BatchRoute(keeper)::answer);
  }

  private Response answer(ApiRequest request) {
    request.requireQuery(ACTION, NUMBERED);
    AgentRequest.Verb byDefault = request.query(ACTION).map(BatchRoute::verb).orElse(null);
    boolean numbered = request.choice(NUMBERED, "false", "true", "false").equals("true");
    List<AgentRequest> elements = AgentRequests.readAll(request.body());
    IdentityHashMap<AgentRequest, InvalidInputException> conflicts = Conflicts.of(elements);
    BatchAnswer answer = new BatchAnswer(elements, numbered, keeper.host().configuration());
    for (int i = 0; i < elements.size(); i++) {
      AgentRequest element = elements.get(i);
      InvalidInputException wrong =
          element.problem() == null ? conflicts.get(element) : element.problem();
      if (wrong == null) {
        begin(i, element, byDefault, answer);
      } else {
        answer.wrong(i, wrong);
      }
    }
    return Response.stream(Response.JSON_LINES, answer);
  }

  static AgentRequest.Verb verb(String word) {
    try {
      return AgentRequest.Verb.parse(word);
    } catch (InvalidInputException wrong) {
      throw wrong.under("?" + ACTION);
    }
  }

  private void begin(
      int number, AgentRequest element, AgentRequest.Verb byDefault, BatchAnswer answer) {
    try {
      CompletableFuture<PlugResult> result = submit(element, element.verb().orElse(byDefault));
      var unused =
          result.whenComplete(
              (ended, thrown) -> {
                if (thrown == null) {
                  answer.ended(number, ended);
                } else {
                  answer.failed(number, thrown);
                }
              });
    } catch (InvalidInputException wrong) {
      answer.wrong(number, element.placed(wrong));
    }
  }

  private CompletableFuture<PlugResult> submit(AgentRequest element, AgentRequest.Verb verb) {
    if (verb == null) {
      throw InvalidInputException.of(ACTION, "is missing", "plug or unplug, here or in the query");
    }
    if (element.vif().isEmpty()) {
      if (verb == AgentRequest.Verb.PLUG) {
        throw InvalidInputException.of("vif", "is missing", "a VIF to plug");
      }
      return keeper.unplug(element.id());
    }
    Map<String, String> options = CallerOptions.of(keeper.host().configuration(), element);
    return verb == AgentRequest.Verb.PLUG
        ? keeper.plug(element.vif().get(), options)
        : keeper.unplug(element.vif().get(), options);
  }
}
