package io.fastvif.agent.keeper;

import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How things stand with a VIF at a moment, for any thread.
 *
 * @param declared what was declared; null while nothing is
 * @param saved whether the disk has what is declared
 * @param problem empty if there is none
 */
record Standing(
    Declaration declared,
    VifState state,
    boolean saved,
    Instant since,
    List<String> devices,
    long repairs,
    String problem) {
  private static final String OVS_AWAY =
      "Open vSwitch's database is not connected: its port is not known";

  /**
   * The same for who asks; what is kept as text is read when it is asked for.
   *
   * @param isOvsAway whether Open vSwitch cannot be asked: then nobody knows of its ports whether
   *     they are as declared
   */
  KeptVif show(String id, boolean isOvsAway) {
    boolean isUnknown = isOvsAway && problem.isEmpty() && declared != null && declared.usesOvs();
    Map<String, String> options = declared == null ? Map.of() : declared.options();
    return new KeptVif(
        id,
        state,
        since,
        () -> Optional.ofNullable(declared).map(Declaration::request),
        options,
        devices,
        repairs,
        isUnknown ? OVS_AWAY : problem);
  }
}
