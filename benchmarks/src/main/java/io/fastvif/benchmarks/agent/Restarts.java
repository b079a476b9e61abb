package io.fastvif.benchmarks.agent;

import io.fastvif.Orphans;
import io.fastvif.agent.VifState;
import io.fastvif.json.PlugRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.LinkState;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Starts the keeper with many taps declared, and lets them drift. */
final class Restarts {
  private static final int CHUNK = 1_000;
  private static final int OTHER_MTU = 1300;

  private final KeptHost host;
  private final int count;

  Restarts(KeptHost host, int count) {
    this.host = host;
    this.count = count;
  }

  /** Declares all of them, and stops the keeper. */
  void declare() throws IOException {
    host.startKeeper();
    for (int first = 0; first < count; first += CHUNK) {
      List<CompletableFuture<?>> plugged =
          IntStream.range(first, Math.min(count, first + CHUNK))
              .<CompletableFuture<?>>mapToObj(
                  number -> host.keeper().plug(KeptKind.TAP.vif(number), Map.of()))
              .toList();
      plugged.forEach(CompletableFuture::join);
    }
    checkAllPlugged();
    host.stopKeeper();
  }

  private void checkAllPlugged() {
    long plugged = host.keeper().statistics().count(VifState.PLUGGED);
    if (plugged != count) {
      throw new IllegalStateException(plugged + " are plugged, of " + count);
    }
  }

  /** How long it takes until all are plugged. */
  Times start() throws IOException {
    Times times = new Times();
    long begin = System.nanoTime();
    host.startKeeper();
    times.add(System.nanoTime() - begin, 1);
    checkAllPlugged();
    host.stopKeeper();
    return times;
  }

  /** The same by the library alone, which is given what is declared. */
  Times library() {
    List<PlugRequest> all = IntStream.range(0, count).mapToObj(KeptKind.TAP::vif).toList();
    Times times = new Times();
    long begin = System.nanoTime();
    if (!host.host().sync(all, Orphans.KEEP).failed().isEmpty()) {
      throw new IllegalStateException("not all could be plugged");
    }
    times.add(System.nanoTime() - begin, 1);
    return times;
  }

  /** How long a tap is gone, or has another MTU, by turns, one after the other. */
  Times drift(int times) throws IOException {
    host.startKeeper();
    Times repaired = new Times();
    try (RouteSocket other = RouteSocket.open(host.namespace())) {
      for (int i = 0; i < times; i++) {
        String name = "tap" + (long) i * count / times; // another each time
        int index = host.host().snapshot().link(name).orElseThrow().index();
        boolean isDeleted = i % 2 == 0;
        if (isDeleted) {
          other.execute(other.link().delete(index));
        } else {
          other.execute(other.link().set(index).mtu(OTHER_MTU));
        }
        long begin = System.nanoTime();
        KeptHost.await(() -> isRight(name));
        repaired.add(System.nanoTime() - begin, 1);
      }
    }
    host.stopKeeper();
    return repaired;
  }

  private boolean isRight(String name) {
    Optional<LinkState> link = host.host().snapshot().link(name);
    return link.filter(one -> one.mtu() == KeptKind.MTU && one.up()).isPresent();
  }

  void reboot() throws IOException {
    host.reboot();
  }
}
