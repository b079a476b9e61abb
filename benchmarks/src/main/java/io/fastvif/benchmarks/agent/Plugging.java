package io.fastvif.benchmarks.agent;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.json.PlugRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Plugs by the library and by the keeper in turn, on the same host. */
final class Plugging {
  private final KeptHost host;
  private final KeptKind kind;

  /** What both took. */
  record Pair(Times library, Times keeper) {}

  Plugging(KeptHost host, KeptKind kind) {
    this.host = host;
    this.kind = kind;
  }

  /** One after the other. */
  Pair one(int times) throws IOException {
    return measure(1, times);
  }

  /** So many at once, so often. */
  Pair together(int count, int rounds) throws IOException {
    return measure(count, rounds);
  }

  private Pair measure(int count, int rounds) throws IOException {
    List<PlugRequest> vifs = IntStream.range(0, count).mapToObj(kind::vif).toList();
    Times library = new Times();
    Times keeper = new Times();
    host.startKeeper();
    for (int round = 0; round <= rounds; round++) {
      long alone = time(vifs, Outcome.PLUGGED, host.host()::plug);
      time(vifs, Outcome.UNPLUGGED, host.host()::unplug);
      long kept = time(vifs, Outcome.PLUGGED, vif -> host.keeper().plug(vif, Map.of()));
      time(vifs, Outcome.UNPLUGGED, vif -> host.keeper().unplug(vif.vif().id().get()));
      if (round > 0) { // the first has the classes loaded
        library.add(alone, count);
        keeper.add(kept, count);
      }
    }
    host.stopKeeper();
    return new Pair(library, keeper);
  }

  private static long time(
      List<PlugRequest> vifs,
      Outcome wanted,
      Function<PlugRequest, CompletableFuture<PlugResult>> operation) {
    List<CompletableFuture<PlugResult>> results = new ArrayList<>(vifs.size());
    long begin = System.nanoTime();
    vifs.forEach(vif -> results.add(operation.apply(vif)));
    results.forEach(CompletableFuture::join);
    long nanos = System.nanoTime() - begin;
    for (CompletableFuture<PlugResult> result : results) {
      if (result.join().outcome() != wanted) {
        throw new IllegalStateException("expected " + wanted + ": " + result.join());
      }
    }
    return nanos;
  }
}
