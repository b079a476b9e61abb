package io.fastvif.json;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.Vif;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what the agent is asked: a VIF as os-vif writes it, or an object
 *
 * <pre>{@code
 * {"vif": ..., "instance": ..., "options": {"linux_bridge.create_port": "tap"},
 *  "configuration": {"ovs.isolate_vif": "true"}, "action": "plug", "place": "vifs.json: [2]"}
 * }</pre>
 *
 * with {@code "id"} in place of the VIF where that is enough, or an array of these. Only the VIF,
 * or its id, must be there. {@code configuration} is os-vif's, as the caller has it, and stands
 * under {@code options}. {@code action} says what to do where the request around it does not;
 * {@code place}, for messages, where the caller has the VIF from; a {@code name} is not looked at.
 */
public final class AgentRequests {
  private static final String VIF = "vif";
  private static final String INSTANCE = "instance";
  private static final String OPTIONS = "options";
  private static final String CONFIGURATION = "configuration";
  private static final String ACTION = "action";
  private static final String ID = "id";
  private static final String PLACE = "place";
  private static final int MAX_ELEMENTS = 20_000;
  private static final List<String> KEYS =
      List.of(VIF, INSTANCE, OPTIONS, CONFIGURATION, ACTION, ID, PLACE, "name");

  private AgentRequests() {}

  /**
   * Reads one.
   *
   * @param utf8 the document
   * @throws InvalidInputException if it is none
   */
  public static AgentRequest read(byte[] utf8) {
    List<AgentRequest> requests = new ArrayList<>();
    JsonTree.elements(
        utf8,
        1,
        (node, isElement) -> {
          if (isElement) {
            throw InvalidInputException.of("", "is an array", "one VIF");
          }
          requests.add(request(node, "", VIF));
        });
    if (requests.isEmpty()) {
      throw InvalidInputException.of("", "is an array", "one VIF");
    }
    AgentRequest request = requests.getFirst();
    if (request.problem() != null) {
      throw request.problem();
    }
    return request;
  }

  /**
   * Reads an array of at most 20,000, or one. An element with which something is wrong does not
   * keep the others from being read.
   *
   * @param utf8 the document
   * @throws InvalidInputException if it is no JSON, or too much
   */
  public static List<AgentRequest> readAll(byte[] utf8) {
    List<AgentRequest> requests = new ArrayList<>();
    JsonTree.elements(
        utf8,
        MAX_ELEMENTS,
        (node, isElement) ->
            requests.add(
                isElement
                    ? request(node, "[" + requests.size() + "]", "")
                    : request(node, "", VIF)));
    return requests;
  }

  /**
   * Reads an object whose members are texts, such as options.
   *
   * @throws InvalidInputException if it is none
   */
  static Map<String, String> texts(JsonNode node) {
    if (!(node instanceof JsonNode.JsonObject object)) {
      throw node.isNot("an object of strings");
    }
    Map<String, String> texts = new LinkedHashMap<>();
    object
        .members()
        .forEach(
            (key, value) -> {
              try {
                texts.put(key, Codecs.STRING.read(value));
              } catch (InvalidInputException wrong) {
                throw wrong.under(key);
              }
            });
    return texts;
  }

  /**
   * @param where the element stands in the document
   * @param bare what a VIF without an object around it is called there
   */
  private static AgentRequest request(JsonNode node, String where, String bare) {
    Draft draft = new Draft(where);
    try {
      draft.read(node, bare);
    } catch (InvalidInputException wrong) {
      draft.problem = draft.placed(wrong);
    }
    return draft.request();
  }

  /** A request as far as it could be read. */
  private static final class Draft {
    private final String where;
    private String given = "";
    private String vifPlace = "";
    private Optional<AgentRequest.Verb> verb = Optional.empty();
    private String id = "";
    private Optional<PlugRequest> vif = Optional.empty();
    private Map<String, String> options = Map.of();
    private Map<String, String> configuration = Map.of();
    private InvalidInputException problem;
    private boolean isInVif;

    Draft(String where) {
      this.where = where;
    }

    AgentRequest request() {
      return new AgentRequest(
          verb,
          id,
          problem == null ? vif : Optional.empty(),
          options,
          configuration,
          place(),
          problem);
    }

    private String place() {
      return given.isEmpty() ? vifPlace : given;
    }

    InvalidInputException placed(InvalidInputException wrong) {
      if (isInVif) {
        return wrong.under(place());
      }
      return given.isEmpty() ? wrong.under(where) : wrong.under(given + " ");
    }

    /** Reads the VIF; what is wrong in it stands at its own place. */
    private Vif vif(JsonNode node) {
      isInVif = true;
      Vif read = PlugRequests.vif(node, "");
      isInVif = false;
      return read;
    }

    void read(JsonNode node, String bare) {
      if (!(node instanceof JsonNode.JsonObject object)) {
        throw node.isNot("a VIF, or an object with a VIF under the key vif").under(bare);
      }
      Map<String, JsonNode> members = object.members();
      if (PrimitiveForm.isClaimedBy(members)) {
        vifPlace = where + bare;
        take(new PlugRequest(vifPlace, vif(node), Optional.empty()));
        return;
      }
      for (String key : members.keySet()) {
        if (!KEYS.contains(key)) {
          throw InvalidInputException.ofValue(
              "", key, "is not a key known here", String.join(", ", KEYS));
        }
      }
      given = text(members, PLACE).orElse("");
      verb = text(members, ACTION).map(Draft::verb);
      options = texts(members, OPTIONS);
      configuration = texts(members, CONFIGURATION);
      readVif(members);
    }

    private static AgentRequest.Verb verb(String word) {
      try {
        return AgentRequest.Verb.parse(word);
      } catch (InvalidInputException wrong) {
        throw wrong.under(ACTION);
      }
    }

    private static Map<String, String> texts(Map<String, JsonNode> members, String key) {
      JsonNode node = members.get(key);
      if (node == null) {
        return Map.of();
      }
      try {
        return AgentRequests.texts(node);
      } catch (InvalidInputException wrong) {
        throw wrong.under(key);
      }
    }

    private void readVif(Map<String, JsonNode> members) {
      id = text(members, ID).orElse("");
      JsonNode node = members.get(VIF);
      if (node == null) {
        if (id.isEmpty()) {
          throw InvalidInputException.of(VIF, "is missing", "a VIF");
        }
        if (members.containsKey(INSTANCE)
            || members.containsKey(OPTIONS)
            || members.containsKey(CONFIGURATION)) {
          throw InvalidInputException.of(
              VIF, "is missing", "a VIF beside instance, options or configuration");
        }
        return;
      }
      vifPlace = where.isEmpty() ? VIF : where + "." + VIF;
      String own = id;
      take(new PlugRequest(vifPlace, vif(node), PlugRequests.instance(members.get(INSTANCE))));
      if (!own.isEmpty() && !own.equals(id)) {
        throw InvalidInputException.ofValue(ID, own, "is not the id of the VIF", id);
      }
    }

    private void take(PlugRequest request) {
      vif = Optional.of(request);
      id = request.vif().id().orElse("");
    }

    private static Optional<String> text(Map<String, JsonNode> members, String key) {
      JsonNode node = members.get(key);
      if (node == null || node instanceof JsonNode.JsonNull) {
        return Optional.empty();
      }
      try {
        return Optional.of(Codecs.STRING.read(node));
      } catch (InvalidInputException wrong) {
        throw wrong.under(key);
      }
    }
  }
}
