package io.fastvif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random objects of every class, both ways: os-vif reads what is written here with equal fields,
 * and what os-vif writes is read here. {@code -Dfastvif.seed=N} repeats a run.
 */
class OsVifRandomTest {
  private static final int COUNT = 5_000;

  /** What os-vif 3.0.0 knows of the classes that have got a new version since. */
  private static final Map<String, Version> OS_VIF_3_0 =
      Map.of(
          "VIFPortProfileOpenVSwitch", new Version(1, 3),
          "VIFPortProfileFPOpenVSwitch", new Version(1, 3),
          "VIFPortProfileOVSRepresentor", new Version(1, 3));

  @TempDir Path folder;

  @Test
  void randomObjectsAreEqualOnBothSides() throws IOException, InterruptedException {
    OsVif.require();
    long seed = Long.getLong("fastvif.seed", System.nanoTime());
    System.out.println("os-vif round trips: seed " + seed);
    RandomObjects random = new RandomObjects(seed);
    List<String> classes = ObjectVersions.classes();
    StringBuilder written = new StringBuilder();
    for (int i = 0; i < COUNT; i++) {
      String name = classes.get(i % classes.size());
      VersionedObject object =
          BackLevel.toAtMost(random.object(name, random.versionOf(name)), OS_VIF_3_0);
      written.append(VersionedObjectWriter.write(object)).append('\n');
    }
    Path ours = Files.writeString(folder.resolve("ours"), written);
    Path theirs = folder.resolve("theirs");

    String[] printed =
        OsVif.run(
                folder,
                "/os-vif-random.py",
                ours,
                theirs.toString(),
                Integer.toString(COUNT),
                Long.toString(seed))
            .strip()
            .split(" ", 2);

    assertEquals(COUNT, Integer.parseInt(printed[0]));
    System.out.println(
        printed[0] + " objects written by fastvif read equal by os-vif " + printed[1]);
    int equal = 0;
    for (String line : Files.readAllLines(theirs)) {
      VersionedObject object = VersionedObjectReader.read(line);
      assertEquals(
          Samples.comparable(JsonTree.parse(line)),
          Samples.comparable(JsonTree.parse(VersionedObjectWriter.write(object))),
          line);
      equal++;
    }
    assertEquals(COUNT, equal);
    System.out.println(
        equal + " objects written by os-vif " + printed[1] + " read equal by fastvif");
  }
}
