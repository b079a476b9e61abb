package io.fastvif.cni;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a runtime asks: the variables of the environment, and the configuration from standard input.
 *
 * @param variables by name, such as {@code CNI_COMMAND}; those that are empty count as missing
 * @param configuration as it came
 * @see <a href="https://www.cni.dev/docs/spec/#parameters">CNI specification, Parameters</a>
 */
public record CniRequest(Map<String, String> variables, String configuration) {
  private static final String PREFIX = "CNI_";

  /** Keeps the runtime's variables only. */
  public CniRequest {
    Map<String, String> own = new LinkedHashMap<>();
    variables.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX)) {
            own.put(name, value);
          }
        });
    variables = Map.copyOf(own);
  }

  /**
   * Reads what the client sends to the agent: an object of the variables, beside them the
   * configuration as a string under {@code config}.
   *
   * @throws CniException if it is anything else
   */
  public static CniRequest parse(String body) {
    Map<String, String> variables = new LinkedHashMap<>();
    String configuration = "";
    for (Map.Entry<String, Object> member : CniJson.object("the request", body).entrySet()) {
      if (!(member.getValue() instanceof String text)) {
        throw CniException.ofKey(member.getKey(), member.getValue(), "a string");
      }
      if (member.getKey().equals("config")) {
        configuration = text;
      } else {
        variables.put(member.getKey(), text);
      }
    }
    return new CniRequest(variables, configuration);
  }

  /** Whether it asks for VERSION, for which no host is needed. */
  public boolean isVersion() {
    return variable("CNI_COMMAND").equals("VERSION");
  }

  /** A variable; empty if it is missing. */
  String variable(String name) {
    return variables.getOrDefault(name, "");
  }
}
