package io.fastvif.vif;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a versioned object carries beside its fields.
 *
 * @param version the version of its class that it was made or read with
 * @param changes the fields changed since its sender had it from elsewhere; the order means
 *     nothing; unset where the JSON has no such list
 */
public record Envelope(Version version, Field<Set<String>> changes) {
  /** Copies the set of changes. */
  public Envelope {
    if (changes.hasValue()) {
      // Set.copyOf would shuffle the order, and with it every line written, from run to run.
      changes = Field.of(Collections.unmodifiableSet(new LinkedHashSet<>(changes.get())));
    }
  }
}
