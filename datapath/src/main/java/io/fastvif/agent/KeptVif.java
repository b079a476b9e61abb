package io.fastvif.agent;

import io.fastvif.json.PlugRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A VIF as the agent knows it.
 *
 * @param id the VIF's id, a UUID where os-vif made it
 * @param state how things stand
 * @param since when it came into that state
 * @param declared reads what was declared; gives empty for an orphan
 * @param options of its own, by {@code PLUGIN.OPTION}, over those of the agent
 * @param devices the host's devices of it, by name
 * @param repairs how often it was brought back since the agent started
 * @param problem why it is not as declared, or why nobody knows that now, in one line; empty if it
 *     is
 */
public record KeptVif(
    String id,
    VifState state,
    Instant since,
    Supplier<Optional<PlugRequest>> declared,
    Map<String, String> options,
    List<String> devices,
    long repairs,
    String problem) {
  /** Copies the collections. */
  public KeptVif {
    Objects.requireNonNull(id);
    Objects.requireNonNull(declared);
    Objects.requireNonNull(problem);
    options = Map.copyOf(options);
    devices = List.copyOf(devices);
  }

  /**
   * What was declared; empty for an orphan. Read anew with each call: a list of ten thousand holds
   * none of it.
   */
  public Optional<PlugRequest> request() {
    return declared.get();
  }
}
