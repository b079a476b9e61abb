package io.fastvif.examples;

import io.fastvif.Orphans;
import io.fastvif.SyncReport;
import io.fastvif.VifHost;
import io.fastvif.json.PlugRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Brings the host to the VIFs of a file in os-vif's JSON, and unplugs all others of fastvif's. */
public final class Sync {
  private Sync() {}

  /** Takes the file's name; needs root. */
  public static void main(String[] arguments) throws IOException {
    String json = Files.readString(Path.of(arguments[0]));
    try (VifHost host = VifHost.open()) {
      SyncReport report = host.sync(PlugRequests.read(json), Orphans.UNPLUG);
      report.results().forEach(vif -> System.out.println(vif.vifId() + " " + vif.outcome()));
      report.failed().forEach(vif -> System.out.println(vif.failure().message()));
    }
  }
}
