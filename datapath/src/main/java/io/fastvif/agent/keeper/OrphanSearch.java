package io.fastvif.agent.keeper;

import io.fastvif.Orphans;
import io.fastvif.VifHost;
import io.fastvif.trace.Log;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Unplugs, once after the start, what the host has in fastvif's name and nobody declared, if that
 * is wanted; what is not surely so stays, as {@link VifHost#sync} has it. Where a part of the store
 * could not be read all stay, because one of them may be what it was about.
 */
final class OrphanSearch {
  private final Keeping keeping;
  private final KeptVifs vifs;

  OrphanSearch(Keeping keeping, KeptVifs vifs) {
    this.keeping = keeping;
    this.vifs = vifs;
  }

  /** Begins, on a thread that ends with it: to look at the host may take its time. */
  void begin() {
    if (keeping.options().orphans() != Orphans.UNPLUG) {
      return;
    }
    List<String> unreadable = keeping.store().unreadable();
    if (!unreadable.isEmpty()) {
      Log.warning(
          OrphanSearch.class,
          "orphans are left alone, because not all that was declared is known: "
              + unreadable.getFirst());
      return;
    }
    Thread thread = new Thread(this::run, "fastvif-orphans");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      keeping.host().plugged().stream()
          .filter(vif -> vif.mayBeOrphan() && !vifs.isDeclared(vif.id()))
          .map(vif -> vifs.submit(vif.id(), new OrphanTurn(keeping)))
          .toList()
          .forEach(CompletableFuture::join);
      keeping
          .host()
          .unplugLeftovers()
          .forEach(
              left -> {
                if (!Keeping.isDone(left)) {
                  Log.warning(OrphanSearch.class, Keeping.problem(left));
                }
              });
    } catch (RuntimeException | Error failed) {
      Log.warning(OrphanSearch.class, "orphans were not unplugged: " + failed.getMessage());
    }
  }
}
