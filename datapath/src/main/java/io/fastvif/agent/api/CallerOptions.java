package io.fastvif.agent.api;

import io.fastvif.config.HostConfiguration;
import io.fastvif.json.AgentRequest;
import io.fastvif.trace.Log;
import io.fastvif.vif.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The options of one request: those of plugins in the caller's own configuration of os-vif, and
 * over them what it asks for this time. Both go before the agent's.
 */
final class CallerOptions {
  private static final int MAX_SAID = 100;

  /** What nobody here has and a line of the log has said so. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private CallerOptions() {}

  /**
   * The options.
   *
   * @throws InvalidInputException if the caller's Open vSwitch is not the agent's
   */
  static Map<String, String> of(HostConfiguration configuration, AgentRequest asked) {
    if (asked.configuration().isEmpty()) {
      return asked.options();
    }
    Map<String, String> options = new HashMap<>(taken(configuration, asked.configuration()));
    options.putAll(asked.options());
    return options;
  }

  private static Map<String, String> taken(
      HostConfiguration configuration, Map<String, String> ofCaller) {
    for (String option : ofCaller.keySet()) {
      if (!configuration.has(option) && SAID.size() < MAX_SAID && SAID.add(option)) {
        Log.warning(
            CallerOptions.class,
            "left out: the option "
                + option
                + " of a caller's configuration, which nobody here has");
      }
    }
    try {
      return configuration.forPlugins(ofCaller);
    } catch (InvalidInputException wrong) {
      throw wrong.under("configuration");
    }
  }
}
