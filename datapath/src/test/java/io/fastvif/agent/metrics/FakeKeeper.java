package io.fastvif.agent.metrics;

import io.fastvif.VifHost;
import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.KeeperStatistics;
import io.fastvif.agent.KeptVif;
import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.VifState;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** Keeps nothing, and tells what a test has it tell. Its host is real. */
final class FakeKeeper implements VifKeeper {
  final Map<VifState, Long> vifs = new EnumMap<>(VifState.class);
  final Histogram repairNanos = new Histogram(2);
  final Histogram storeSyncNanos = new Histogram(2);
  final Histogram storeSyncRecords = new Histogram(2);
  List<String> unreadiness = List.of();
  private final VifHost host;

  FakeKeeper(VifHost host) {
    this.host = host;
  }

  @Override
  public CompletableFuture<PlugResult> plug(PlugRequest request, Map<String, String> options) {
    throw new AssertionError("nobody asks for that here");
  }

  @Override
  public CompletableFuture<PlugResult> unplug(String vifId) {
    throw new AssertionError("nobody asks for that here");
  }

  @Override
  public CompletableFuture<PlugResult> unplug(PlugRequest request, Map<String, String> options) {
    throw new AssertionError("nobody asks for that here");
  }

  @Override
  public List<KeptVif> list() {
    throw new AssertionError("figures are not made from the list of VIFs: it may be long");
  }

  @Override
  public Optional<KeptVif> find(String vifId) {
    throw new AssertionError("nobody asks for that here");
  }

  @Override
  public KeeperStatistics statistics() {
    return new KeeperStatistics(
        vifs, 2, 11, 12, 13, 14, 15, 16, repairNanos, storeSyncNanos, storeSyncRecords);
  }

  @Override
  public VifHost host() {
    return host;
  }

  @Override
  public Subscription subscribe(Consumer<AgentEvent> listener) {
    throw new AssertionError("nobody asks for that here");
  }

  @Override
  public List<String> unreadiness() {
    return unreadiness;
  }

  @Override
  public void close() {
    // the host is its opener's
  }
}
