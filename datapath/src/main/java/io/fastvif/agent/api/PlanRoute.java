package io.fastvif.agent.api;

import io.fastvif.HostView;
import io.fastvif.PlannedOperation;
import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.VifOperation;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.PlanText;
import io.fastvif.agent.text.ResultLine;
import io.fastvif.config.HostConfiguration;
import io.fastvif.json.AgentRequest;
import io.fastvif.json.AgentRequests;
import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** {@code POST /v1/plans}: what plugging or unplugging would do; the host is not touched. */
final class PlanRoute {
  private static final String ACTION = "action";
  private static final String NUMBERED = "numbered";

  private final VifKeeper keeper;

  private PlanRoute(VifKeeper keeper) {
    this.keeper = keeper;
  }

  static HttpRoute of(VifKeeper keeper) {
    return HttpRoute.waiting(Method.POST, "/v1/plans", Access.READ, new PlanRoute(keeper)::answer);
  }

  /** One element's plan, or why there is none. */
  private record Planned(AgentRequest element, PlugPlan plan, InvalidInputException problem) {}

  private Response answer(ApiRequest request) {
    request.requireQuery(ACTION, NUMBERED);
    AgentRequest.Verb byDefault =
        request.query(ACTION).map(BatchRoute::verb).orElse(AgentRequest.Verb.PLUG);
    boolean numbered = request.choice(NUMBERED, "false", "true", "false").equals("true");
    List<Planned> all = plan(AgentRequests.readAll(request.body()), byDefault);
    boolean forPeople = request.accepts("text/plain");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < all.size(); i++) {
      Planned one = all.get(i);
      if (forPeople) {
        text.append(
            one.plan() == null
                ? "wrong input: " + one.problem().getMessage() + "\n"
                : PlanText.text(one.plan()));
      } else if (numbered) {
        boolean isWrong = one.plan() == null;
        text.append("{\"element\":").append(i).append(",\"wrong_input\":").append(isWrong);
        text.append(",\"result\":").append(line(one)).append("}\n");
      } else {
        text.append(line(one)).append('\n');
      }
    }
    return forPeople
        ? Response.text(200, text.toString())
        : Response.of(200, Response.JSON_LINES, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String line(Planned one) {
    if (one.plan() != null) {
      return PlanText.line(one.plan());
    }
    String message = one.problem().getMessage();
    return one.element()
        .vif()
        .map(request -> ResultLine.ofWrong(request.vif(), message))
        .orElseGet(() -> ResultLine.ofWrong(one.element().id(), "", message));
  }

  private List<Planned> plan(List<AgentRequest> elements, AgentRequest.Verb byDefault) {
    IdentityHashMap<AgentRequest, InvalidInputException> conflicts = Conflicts.of(elements);
    HostConfiguration configuration = keeper.host().configuration();
    List<VifOperation> operations = new ArrayList<>();
    List<InvalidInputException> problems = new ArrayList<>();
    for (AgentRequest element : elements) {
      InvalidInputException problem =
          element.problem() == null ? conflicts.get(element) : element.problem();
      if (problem == null) {
        try {
          operations.add(operation(element, element.verb().orElse(byDefault), configuration));
        } catch (InvalidInputException wrong) {
          problem = element.placed(wrong);
        }
      }
      problems.add(problem);
    }
    VifHost host = keeper.host();
    boolean withOvs = operations.stream().anyMatch(VifOperation::needsOvs);
    List<PlannedOperation> plans =
        HostView.of(VifHostOptions.of(configuration))
            .plan(operations, withOvs ? host.snapshotWithOvs() : host.snapshot());
    List<Planned> all = new ArrayList<>(elements.size());
    int next = 0;
    for (int i = 0; i < elements.size(); i++) {
      AgentRequest element = elements.get(i);
      if (problems.get(i) != null) {
        all.add(new Planned(element, null, problems.get(i)));
      } else {
        PlannedOperation planned = plans.get(next++);
        InvalidInputException problem =
            planned.problem() == null
                ? null
                : Places.placed(configuration, planned.problem(), element.place());
        all.add(new Planned(element, planned.plan(), problem));
      }
    }
    return all;
  }

  private static VifOperation operation(
      AgentRequest element, AgentRequest.Verb verb, HostConfiguration configuration) {
    boolean plugs = verb == AgentRequest.Verb.PLUG;
    if (element.vif().isEmpty()) {
      if (plugs) {
        throw InvalidInputException.of("vif", "is missing", "a VIF to plug");
      }
      return VifOperation.unplug(element.id());
    }
    Map<String, String> options = CallerOptions.of(configuration, element);
    configuration.plugins(options); // unknown ones are refused
    VifOperation operation =
        plugs ? VifOperation.plug(element.vif().get()) : VifOperation.unplug(element.vif().get());
    return operation.with(options);
  }
}
