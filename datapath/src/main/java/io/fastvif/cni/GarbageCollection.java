package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * Takes away the attachments of a network that its runtime does not know any more, as the host
 * itself tells of them: links by their alias, ports of Open vSwitch by their mark, rules by their
 * comment, devices by their leases and records, addresses by their files.
 */
final class GarbageCollection {
  private static final String VALID = "cni.dev/valid-attachments";

  /** Collections of one network follow one another. */
  private static final String TURN = "cni-collection/";

  private final VifHost host;
  private final NetworkConfiguration network;
  private final PodRecords records;
  private final PodRules rules;

  GarbageCollection(
      VifHost host, NetworkConfiguration network, PodRecords records, PodRules rules) {
    this.rules = rules;
    this.records = records;
    this.host = host;
    this.network = network;
  }

  /**
   * Does it, all at once; the addresses go last, when nothing uses them any more.
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
        .thenRunAsync(() -> ipam.collect(valid), WaitingThreads.POOL);
  }

  /** Links that were not finished have no alias yet, and are found only by whose they may be. */
  private static List<String> holders(Ipam ipam) {
    return ipam.holders().stream().map(AttachmentId::vifId).toList();
  }

  private CompletableFuture<Void> unplugAll(
      Map<String, List<Path>> present,
      Set<AttachmentId> valid,
      BiFunction<String, List<Path>, CompletableFuture<PlugResult>> unplug) {
    List<CompletableFuture<PlugResult>> unplugged = new ArrayList<>();
    for (Map.Entry<String, List<Path>> one : present.entrySet()) {
      String vifId = one.getKey();
      AttachmentId id = AttachmentId.ofVif(vifId).orElse(null);
      if (id != null && id.network().equals(network.name()) && !valid.contains(id)) {
        unplugged.add(unplug.apply(vifId, one.getValue()).thenApply(CniPlugin::require));
      }
    }
    return CompletableFuture.allOf(unplugged.toArray(CompletableFuture[]::new));
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
    try {
      present.addAll(PodLeases.holders(snapshot));
      present.addAll(rules.vifIds());
      records.all().forEach(record -> present.add(record.vifId()));
      records.devices().all().forEach(device -> present.add(device.vifId()));
    } catch (IOException | UncheckedIOException unreadable) {
      throw new CniException(
          CniException.HOST_REFUSED,
          "what pods have cannot be read",
          unreadable.getMessage(),
          unreadable);
    }
    Map<String, List<Path>> all = new HashMap<>(PodLinks.all(holders));
    present.forEach(vifId -> all.putIfAbsent(vifId, List.of()));
    return all;
  }
}
