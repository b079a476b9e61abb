package io.fastvif.plugin.ovs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The installed schema of Open vSwitch without the column Interface.mtu_request, as before 2.6. */
final class OldSchema {
  private OldSchema() {}

  static Path write(Path folder) throws Exception {
    String schema =
        Files.readString(
            Path.of("/usr/share/openvswitch/vswitch.ovsschema"), StandardCharsets.UTF_8);
    String older = schema.replace("\"mtu_request\"", "\"another_column\"");
    return Files.writeString(folder.resolve("old.ovsschema"), older);
  }
}
