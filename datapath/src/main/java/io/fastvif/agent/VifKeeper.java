package io.fastvif.agent;

import io.fastvif.VifHost;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keeps the VIFs that were declared: on disk, and on the host. All methods may be called from any
 * thread and do not wait for the host or the disk; what they return completes on threads of the
 * keeper, which must not be kept waiting.
 */
public interface VifKeeper extends AutoCloseable {

  /**
   * Declares and plugs a VIF. Done again, it changes nothing; a declaration that differs from the
   * one before takes its place.
   *
   * @param options of its own, by {@code PLUGIN.OPTION}, over those of the agent
   * @return completes when the VIF is on the host and its declaration on disk, synced; a failure is
   *     a result that says so, and then what was declared before is declared again
   * @throws io.fastvif.vif.InvalidInputException if the request has no id, or an option is unknown
   *     or takes no such value
   */
  CompletableFuture<PlugResult> plug(PlugRequest request, Map<String, String> options);

  /**
   * Unplugs a VIF, and forgets its declaration. One that nobody declared is unplugged by what the
   * host knows of it.
   *
   * @return completes when nothing is on the host or on disk any more; after a failure the VIF
   *     stays {@link VifState#UNPLUGGING} and is tried again
   */
  CompletableFuture<PlugResult> unplug(String vifId);

  /**
   * As {@link #unplug(String)}, for a caller that knows the VIF's fields, as os-vif's callers do:
   * they serve where the VIF was never declared here.
   */
  CompletableFuture<PlugResult> unplug(PlugRequest request, Map<String, String> options);

  /** All declared VIFs and all orphans, by id. */
  List<KeptVif> list();

  /** One declared VIF or orphan. */
  Optional<KeptVif> find(String vifId);

  /** What was counted since the agent started. */
  KeeperStatistics statistics();

  /** The host that the VIFs are on: for plans, its snapshot and the engine's statistics. */
  VifHost host();

  /**
   * Tells of all events from now on, in the order of their numbers.
   *
   * @param listener called by the keeper's threads, and must not block
   * @return ends it when closed
   */
  Subscription subscribe(Consumer<AgentEvent> listener);

  /** An interest in events. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /** What to say when asked whether the agent can plug: empty if it can, otherwise the reasons. */
  List<String> unreadiness();

  /** Takes no more requests, finishes what was begun, and closes the store. The host stays open. */
  @Override
  void close();
}
