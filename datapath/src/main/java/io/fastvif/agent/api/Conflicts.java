package io.fastvif.agent.api;

import io.fastvif.json.AgentRequest;
import io.fastvif.json.PlugRequest;
import io.fastvif.vif.InvalidInputException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What in a batch cannot be meant: VIFs that differ and have one id. On the host they could not be
 * told apart, and which of them is meant is not known. The same VIF may come twice.
 */
final class Conflicts {
  private Conflicts() {}

  /** What is wrong, by element. */
  static IdentityHashMap<AgentRequest, InvalidInputException> of(List<AgentRequest> elements) {
    Map<String, AgentRequest> byId = HashMap.newHashMap(elements.size());
    IdentityHashMap<AgentRequest, InvalidInputException> conflicts = new IdentityHashMap<>();
    for (AgentRequest element : elements) {
      if (element.problem() != null || element.vif().isEmpty()) {
        continue;
      }
      AgentRequest earlier = byId.putIfAbsent(element.id(), element);
      if (earlier != null && !vif(earlier).vif().equals(vif(element).vif())) {
        conflicts.put(element, sameId(element, earlier));
        conflicts.putIfAbsent(earlier, sameId(earlier, element));
      }
    }
    return conflicts;
  }

  private static PlugRequest vif(AgentRequest element) {
    return element.vif().orElseThrow();
  }

  private static InvalidInputException sameId(AgentRequest element, AgentRequest other) {
    return element.placed(
        InvalidInputException.ofValue(
            "id",
            element.id(),
            "is also the id of another VIF, " + other.place(),
            "an id of its own"));
  }
}
