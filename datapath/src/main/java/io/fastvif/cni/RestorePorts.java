package io.fastvif.cni;

import io.fastvif.VifHost;
import io.fastvif.cni.PodRecords.PodRecord;
import io.fastvif.engine.Outcome;
import io.fastvif.json.VersionedObjectReader;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PluginStep;
import io.fastvif.trace.Log;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Opens the vhost-user ports of attachments again that a process has served which has ended, as
 * they are written down.
 */
final class RestorePorts {
  private static final String TURN = "cni-restoration";

  private final VifHost host;
  private final PodRecords records;

  RestorePorts(VifHost host, PodRecords records) {
    this.host = host;
    this.records = records;
  }

  /** Fails where an attachment was deleted since its record was read. */
  private record RequireRecord(PodRecords records, String vifId) implements PluginStep {
    @Override
    public boolean perform() throws IOException {
      if (records.read(vifId).isEmpty()) {
        throw new IOException(vifId + " was deleted meanwhile");
      }
      return false;
    }

    @Override
    public boolean undo() {
      return false;
    }

    @Override
    public String toString() {
      return "look whether " + vifId + " is still there";
    }
  }

  /** Does it; completes when it is done, and never exceptionally: what fails is logged. */
  CompletableFuture<Void> run() {
    List<PodRecord> found = new ArrayList<>();
    return HostLook.at(host, TURN, "what is written down of pods", () -> found.addAll(read()))
        .thenCompose(
            looked ->
                CompletableFuture.allOf(
                    found.stream().map(this::restore).toArray(CompletableFuture[]::new)))
        .exceptionally(
            failed -> {
              Log.warning(RestorePorts.class, "ports of pods are not open: " + failed.getMessage());
              return null;
            });
  }

  private List<PodRecord> read() {
    try {
      for (String vifId : records.unreadable()) {
        Log.warning(RestorePorts.class, "the port of " + vifId + ", if it has one, is not open");
      }
      return records.all().stream().filter(record -> !record.vif().isEmpty()).toList();
    } catch (IOException unreadable) {
      throw new CniException(
          CniException.HOST_REFUSED,
          "what is written down of pods cannot be read",
          unreadable.getMessage(),
          unreadable);
    }
  }

  private CompletableFuture<Void> restore(PodRecord record) {
    return host.execute(record.vifId(), (snapshot, claims) -> plan(record, snapshot))
        .thenAccept(
            result -> {
              if (result.outcome() == Outcome.FAILED) {
                Log.warning(
                    RestorePorts.class,
                    "the port of "
                        + record.vifId()
                        + " is not open: "
                        + result.failure().message());
              }
            });
  }

  private PlugPlan plan(PodRecord record, HostSnapshot snapshot) {
    Vif vif = VersionedObjectReader.readVif(record.vif());
    PlugPlan port =
        host.configuration().plugins(record.options()).of(vif).plug(vif, null, snapshot);
    List<PlannedStep> steps = new ArrayList<>();
    steps.add(PlannedStep.own(new RequireRecord(records, record.vifId()), null));
    steps.addAll(port.steps());
    return new PlugPlan(
        port.vifId(),
        port.name(),
        port.action(),
        port.devices(),
        port.shared(),
        steps,
        port.notes());
  }
}
