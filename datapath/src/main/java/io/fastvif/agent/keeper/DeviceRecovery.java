package io.fastvif.agent.keeper;

import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Action;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.trace.Log;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Gives devices that are still there what planning knows them by: a renamed one its name, one whose
 * alias was taken away its mark. Planning looks for a name, and takes a link for the VIF's by its
 * alias alone; without this it would make a second device beside the first, or find the name taken.
 */
final class DeviceRecovery {
  private final Keeping keeping;

  DeviceRecovery(Keeping keeping) {
    this.keeping = keeping;
  }

  /**
   * Looks whether a VIF's devices lack nothing, and it is plugged as declared.
   *
   * @param wanted says the same as what is declared
   * @return completes on the keeper's thread, with what plugging it comes to; empty if there is
   *     something to do, or may be
   */
  CompletableFuture<Optional<PlugResult>> unchanged(KeptEntry vif, Declaration wanted) {
    Declaration declared = vif.declared();
    List<KnownDevice> known = vif.known();
    if (declared.isChanging()) { // the host may have what was before that
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return CompletableFuture.supplyAsync(
            () ->
                isWhole(keeping.host().snapshot(), declared, known)
                    ? keeping.host().unchanged(wanted.plug())
                    : Optional.<PlugResult>empty(),
            keeping.thread().planner())
        .exceptionally(unknown -> Optional.empty()) // told where it is plugged then
        .thenApplyAsync(result -> result, keeping.thread());
  }

  /** Whether the devices that a VIF is known by lack nothing. From any thread. */
  static boolean isWhole(HostSnapshot host, Declaration declared, List<KnownDevice> known) {
    return plan(host, declared, known).steps().isEmpty();
  }

  /**
   * Gives the devices of a VIF back what they lack.
   *
   * @return completes on the keeper's thread, with what came of it; null if they lack nothing
   */
  CompletableFuture<PlugResult> recover(KeptEntry vif) {
    Declaration declared = vif.declared();
    List<KnownDevice> known = vif.known();
    return CompletableFuture.supplyAsync(
            () -> plan(keeping.host().snapshot(), declared, known), keeping.thread().planner())
        .thenCompose(
            plan ->
                plan.steps().isEmpty()
                    ? CompletableFuture.<PlugResult>completedFuture(null)
                    : keeping.host().execute(plan))
        .exceptionally(
            failed -> {
              Log.warning(
                  DeviceRecovery.class, "the host cannot be looked at: " + failed.getMessage());
              return null;
            })
        .thenApplyAsync(result -> result, keeping.thread());
  }

  private static PlugPlan plan(HostSnapshot host, Declaration declared, List<KnownDevice> known) {
    String id = declared.id();
    List<PlannedStep> steps = new ArrayList<>();
    List<String> devices = new ArrayList<>();
    for (KnownDevice device : known) {
      Optional<LinkState> link = host.link(device.index());
      if (link.filter(found -> device.isRenamed(found, id)).isPresent()) {
        rename(host, id, link.get(), device.name(), steps);
      } else if (link.filter(device::isUnmarked).isPresent()) {
        mark(link.get(), id, steps);
      }
      devices.add(device.name());
    }
    lostBridge(host, declared.bridge())
        .ifPresent(
            link ->
                steps.add(
                    PlannedStep.own(
                        new NetlinkStep.RenameLink(link.name(), link.index(), declared.bridge()),
                        null)));
    if (known.isEmpty()) {
      Optional<LinkState> stray = stray(host, declared);
      String name = stray.isEmpty() ? null : name(declared.request().vif());
      if (name != null) {
        rename(host, id, stray.get(), name, steps);
      }
    }
    return new PlugPlan(id, "", Action.CHANGE, devices, null, steps, List.of());
  }

  /**
   * Also if the name is another link's: that may change at any time, and then no second device is
   * to be made.
   */
  private static void rename(
      HostSnapshot host, String vifId, LinkState link, String name, List<PlannedStep> steps) {
    if (host.link(name).filter(holder -> holder.isOf(vifId)).isEmpty()) {
      steps.add(
          PlannedStep.own(
              new NetlinkStep.RenameLink(link.name(), link.index(), name),
              new NetlinkStep.RenameLink(name, link.index(), link.name())));
    }
  }

  /** The name of a VIF's one device on the host; null where it is another sort of VIF. */
  private static String name(Vif vif) {
    return switch (vif) {
      case VifGeneric v -> v.vifName().orElse(null);
      case VifBridge v -> v.vifName().orElse(null);
      case VifOpenVSwitch v -> v.vifName().orElse(null);
      default -> null;
    };
  }

  private static void mark(LinkState link, String vifId, List<PlannedStep> steps) {
    LinkSettings marked = LinkSettings.NONE.withAlias(Aliases.of(vifId));
    LinkSettings unmarked = LinkSettings.NONE.withAlias("");
    steps.add(
        PlannedStep.own(
            new NetlinkStep.ConfigureLink(link.name(), link.index(), marked),
            new NetlinkStep.ConfigureLink(link.name(), link.index(), unmarked)));
  }

  /** The bridge that was made under that name, and that somebody has renamed. */
  private static Optional<LinkState> lostBridge(HostSnapshot host, String name) {
    return name.isEmpty() || host.link(name).isPresent()
        ? Optional.empty()
        : host.links().stream()
            .filter(link -> link.alias().equals(Aliases.ofBridge(name)) && !link.isUnfinished())
            .findFirst();
  }

  /** The ids of VIFs that have, or share, something that lost its name while nobody looked. */
  static Set<String> strays(HostSnapshot host, List<Declaration> all) {
    Set<String> bridges =
        host.links().stream()
            .flatMap(link -> Aliases.bridge(link.alias()).stream())
            .filter(name -> host.link(name).isEmpty())
            .collect(Collectors.toSet());
    return all.stream()
        .filter(one -> bridges.contains(one.bridge()) || stray(host, one).isPresent())
        .map(Declaration::id)
        .collect(Collectors.toSet());
  }

  /** The one link with the mark of a VIF, if the declaration does not name it. */
  private static Optional<LinkState> stray(HostSnapshot host, Declaration declared) {
    List<LinkState> own = host.linksOf(declared.id());
    return own.size() == 1 && !own.getFirst().isUnfinished() && !declared.isChanging()
        ? Optional.of(own.getFirst()).filter(link -> !declared.mentions(link.name()))
        : Optional.empty();
  }

  /**
   * What has a name that a VIF is to have and is not the VIF's, in words; empty for nothing.
   *
   * @return completes on the keeper's thread
   */
  CompletableFuture<String> inTheWay(KeptEntry vif, PlugResult failed) {
    String id = vif.id();
    List<String> names = failed.plan() == null ? vif.devices() : failed.plan().devices();
    return CompletableFuture.supplyAsync(
            () -> inTheWay(keeping.host().snapshot(), id, names), keeping.thread().planner())
        .exceptionally(unknown -> "")
        .thenApplyAsync(words -> words, keeping.thread());
  }

  private static String inTheWay(HostSnapshot host, String vifId, List<String> names) {
    for (String name : names) {
      if (host.link(name).filter(link -> !link.isOf(vifId)).isPresent()) {
        return name
            + " is left alone: it is there without this VIF's mark, the alias "
            + Aliases.of(vifId);
      }
    }
    return "";
  }
}
