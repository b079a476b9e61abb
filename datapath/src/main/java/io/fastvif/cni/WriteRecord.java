package io.fastvif.cni;

import io.fastvif.cni.PodRecords.PodRecord;
import io.fastvif.plan.PluginStep;
import java.io.IOException;

/** Writes down what an attachment is about to have; the first step, so that DEL finds all of it. */
record WriteRecord(PodRecords records, PodRecord wanted) implements PluginStep {
  @Override
  public boolean perform() throws IOException {
    PodRecord ofThisHost =
        new PodRecord(
            wanted.vifId(),
            PodMark.thisHost(),
            wanted.vif(),
            wanted.options(),
            wanted.socket(),
            wanted.files());
    records.write(ofThisHost);
    return true;
  }

  @Override
  public boolean undo() throws IOException {
    return records.delete(wanted.vifId());
  }

  @Override
  public String toString() {
    return "write down the files of " + wanted.vifId();
  }
}
