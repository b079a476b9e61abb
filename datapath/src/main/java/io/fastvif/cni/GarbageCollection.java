package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.bindings.FastvifException;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;

/**
 * Takes away the attachments of a network that its runtime does not know any more, as the host
 * itself tells of them: links by their alias, or by their name while they have none, ports of Open
 * vSwitch by their mark, rules by their comment, devices by their leases and records, addresses by
 * their files.
 */
final class GarbageCollection {
  static final String VALID = "cni.dev/valid-attachments";

  /** Collections of one network follow one another. */
  private static final String TURN = "cni-collection/";

  private final VifHost host;
  private final NetworkConfiguration network;
  private final PodRecords records;
  private final PodRules rules;
  private final Queue<CniException> problems = new ConcurrentLinkedQueue<>();

  GarbageCollection(
      VifHost host, NetworkConfiguration network, PodRecords records, PodRules rules) {
    this.rules = rules;
    this.records = records;
    this.host = host;
    this.network = network;
  }

  /**
   * Does it, all at once; the addresses go last, when nothing uses them any more. What cannot be
   * taken away, or read, keeps nothing else from it, and is said at the end.
   *
   * @param unplug takes away what the VIF of an id has on the host, and in those namespaces
   */
  CompletableFuture<Void> run(
      Ipam ipam, BiFunction<String, List<Path>, CompletableFuture<PlugResult>> unplug) {
    Set<AttachmentId> valid = valid();
    Map<String, List<Path>> present = new ConcurrentHashMap<>();
    return CompletableFuture.supplyAsync(() -> holders(ipam), WaitingThreads.POOL)
        .thenCompose(
            holders ->
                HostLook.at(
                    host,
                    TURN + network.name(),
                    "all attachments",
                    () -> present.putAll(present(holders))))
        .thenCompose(looked -> unplugAll(present, valid, unplug))
        .thenCompose(
            left ->
                host.execute(
                        RemoveHalfMade.of(host, network.name(), valid).plan(TURN + network.name()))
                    .thenApply(
                        removed -> {
                          gather(() -> CniPlugin.require(removed));
                          return left;
                        }))
        .thenAcceptAsync(
            left -> {
              Set<AttachmentId> kept = new HashSet<>(valid);
              kept.addAll(left);
              gather(() -> ipam.collect(kept));
              requireNoProblem();
            },
            WaitingThreads.POOL);
  }

  /** What one of several parts does. */
  private interface Part {
    void run() throws IOException;
  }

  private void gather(Part part) {
    try {
      part.run();
    } catch (CniException problem) {
      problems.add(problem);
    } catch (IOException | UncheckedIOException | FastvifException unreadable) {
      problems.add(
          new CniException(
              CniException.HOST_REFUSED,
              "what pods have cannot be read",
              unreadable.getMessage(),
              unreadable));
    }
  }

  private void requireNoProblem() {
    List<CniException> all = List.copyOf(problems);
    if (all.size() == 1) {
      throw all.getFirst();
    }
    if (!all.isEmpty()) {
      throw new CniException(
          CniException.HOST_REFUSED,
          "all was collected but for " + all.size() + " problems",
          String.join("; ", all.stream().map(CniException::words).toList()));
    }
  }

  /** Links that were not finished have no alias yet, and are found only by whose they may be. */
  private List<String> holders(Ipam ipam) {
    List<String> holders = new ArrayList<>();
    gather(() -> ipam.holders().forEach(id -> holders.add(id.vifId())));
    return holders;
  }

  /** Completes with those that are left because they could not be taken away. */
  private CompletableFuture<Set<AttachmentId>> unplugAll(
      Map<String, List<Path>> present,
      Set<AttachmentId> valid,
      BiFunction<String, List<Path>, CompletableFuture<PlugResult>> unplug) {
    Set<AttachmentId> left = ConcurrentHashMap.newKeySet();
    List<CompletableFuture<Void>> unplugged = new ArrayList<>();
    for (Map.Entry<String, List<Path>> one : present.entrySet()) {
      String vifId = one.getKey();
      AttachmentId id = AttachmentId.ofVif(vifId).orElse(null);
      if (id != null && id.network().equals(network.name()) && !valid.contains(id)) {
        unplugged.add(
            unplug
                .apply(vifId, one.getValue())
                .handle(
                    (result, failed) -> {
                      if (!isGone(vifId, result, failed)) {
                        left.add(id);
                      }
                      return null;
                    }));
      }
    }
    return CompletableFuture.allOf(unplugged.toArray(CompletableFuture[]::new))
        .thenApply(ended -> left);
  }

  private boolean isGone(String vifId, PlugResult result, Throwable failed) {
    int before = problems.size();
    if (failed == null) {
      gather(() -> CniPlugin.require(result));
    } else {
      Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
      problems.add(
          cause instanceof CniException own
              ? own
              : new CniException(
                  CniException.HOST_REFUSED, vifId + " is left", cause.toString(), cause));
    }
    return problems.size() == before;
  }

  /** Without the list nothing is known to be invalid. */
  private Set<AttachmentId> valid() {
    if (!(network.json().get(VALID) instanceof List<?>)) {
      throw new CniException(
          CniException.INVALID_CONFIGURATION, VALID + " is missing: expected an array");
    }
    Set<AttachmentId> valid = new HashSet<>();
    Map<String, Object> json = network.json();
    for (ConfigObject one : new ConfigObject("", json).objects(VALID)) {
      String container = one.text("containerID");
      String ifName = one.text("ifname");
      if (container.isEmpty() || ifName.isEmpty()) {
        throw CniException.ofKey(VALID, json.get(VALID), "a containerID and an ifname in each");
      }
      valid.add(new AttachmentId(network.name(), container, ifName));
    }
    return valid;
  }

  /**
   * The ids of all VIFs of which the host has links, ports of Open vSwitch or rules, and of those
   * that hold addresses; each with the pods that have links of it.
   */
  private Map<String, List<Path>> present(List<String> holders) {
    HostSnapshot snapshot = network.usesOvs() ? OvsPorts.require(host) : host.snapshot();
    Set<String> present = new HashSet<>(holders);
    present.addAll(OvsPorts.vifIds(snapshot));
    for (LinkState link : snapshot.links()) {
      Aliases.vifId(link.alias()).ifPresent(present::add);
    }
    gather(() -> present.addAll(PodLeases.holders(snapshot)));
    gather(() -> requireKnownLeases(snapshot));
    gather(() -> present.addAll(rules.vifIds()));
    gather(() -> records.all().forEach(record -> present.add(record.vifId())));
    gather(() -> present.addAll(records.unreadable())); // whose own removal fails then
    gather(() -> records.devices().all().forEach(device -> present.add(device.vifId())));
    gather(() -> present.addAll(records.devices().unreadable()));
    Map<String, List<Path>> all = new HashMap<>(PodLinks.all(holders));
    present.forEach(vifId -> all.putIfAbsent(vifId, List.of()));
    return all;
  }

  /** Such a device may be of a pod that has ended: it stays reserved until somebody has looked. */
  private void requireKnownLeases(HostSnapshot snapshot) {
    Map<PciAddress, String> unreadable = snapshot.devices().unreadableLeases();
    if (network.mayTakeDevices() && !unreadable.isEmpty()) {
      throw new CniException(
          CniException.HOST_REFUSED,
          "whose " + unreadable.keySet() + " are is not known, and they stay reserved",
          String.join("; ", unreadable.values()));
    }
  }
}
