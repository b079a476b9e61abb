package io.fastvif.switchdev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.testing.Lab;
import io.fastvif.testing.LookupMain;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** os-vif and fastvif find the same, on the same card of two physical functions with seven VFs. */
class LookupLabTest {
  private static final int VFS = 14;

  @TempDir static Path out;

  private static Lab lab;

  @BeforeAll
  static void lookInTheLab() throws IOException, InterruptedException {
    Peer.requirePythonModule("vif_plug_ovs", "python3-os-vif");
    String script = "/os-vif-lookups.py";
    try (InputStream lookups = LookupLabTest.class.getResourceAsStream(script)) {
      Files.copy(lookups, out.resolve(script.substring(1)));
    }
    lab = Lab.of("lookups.sh", out).functions(2).launcher("lookup", LookupMain.class).run();
  }

  private static String agreed(String state) {
    String found = lab.text(state + ".fastvif");
    assertEquals(lab.text(state + ".os-vif"), found, lab::log);
    assertEquals(VFS, found.lines().count(), found);
    return found;
  }

  private static long without(String found, String what) {
    return found.lines().filter(line -> line.endsWith(what + "=none")).count();
  }

  @Test
  void inLegacyModeThereAreNoRepresentors() {
    assertEquals(VFS, without(agreed("legacy"), "representor"));
  }

  @Test
  void inSwitchdevModeEachVfHasItsOwn() {
    String found = agreed("switchdev");
    assertEquals(0, without(found, "representor"));
    assertEquals(
        VFS, found.lines().map(line -> line.replaceAll(".*=", "")).distinct().count(), found);
    assertEquals(
        2, found.lines().map(line -> line.replaceAll(".*uplink=| .*", "")).distinct().count());
  }

  @Test
  void renamedRepresentorsAreFoundByTheirNewNames() {
    String found = agreed("renamed");
    assertEquals(VFS, found.lines().filter(line -> line.contains("representor=rep")).count());
  }

  @Test
  void oneFunctionMayBeInLegacyMode() {
    assertEquals(VFS / 2, without(agreed("half"), "representor"));
  }

  @Test
  void allOfThatWasFollowedByEvents() {
    assertEquals("readings 2\n", lab.text("readings"));
  }
}
