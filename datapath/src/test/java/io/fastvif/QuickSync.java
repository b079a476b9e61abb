package io.fastvif;

import io.fastvif.json.PlugRequest;
import java.time.Duration;
import java.util.Collection;

/** A sync for tests that know that no living process is making a link. */
public final class QuickSync {
  private static final Duration MAX_MAKING = Duration.ofMillis(50);

  private QuickSync() {}

  /** As {@link VifHost#sync}, without seconds of patience with links that are half made. */
  public static SyncReport sync(VifHost host, Collection<PlugRequest> desired, Orphans orphans) {
    return host.sync(desired, orphans, MAX_MAKING);
  }
}
