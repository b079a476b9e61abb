package io.fastvif.vif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** os-vif itself reads what is written here, and finds the same in it. */
class OsVifPeerTest {
  private static final String PYTHON = "/usr/bin/python3";
  private static final int TIMEOUT_SECONDS = 60;

  /** The first version of its class that os-vif 3.0.0 does not know. */
  private static final String TOO_NEW = "\"1.4\"";

  @TempDir Path folder;

  @Test
  void osVifReadsWhatIsWritten() throws IOException, InterruptedException {
    requireOsVif();
    List<String> originals = new ArrayList<>(Samples.files().values());
    originals.add(Files.readString(Samples.folder().resolve("backlevel.json")));
    StringBuilder pairs = new StringBuilder();
    int objects = 0;
    int mustBeRead = 0;
    for (String original : originals) {
      List<JsonNode> nodes = new ArrayList<>();
      Samples.collect(JsonTree.parse(original), nodes);
      List<String> written =
          nodes.stream().map(PrimitiveForm::read).map(VersionedObjectWriter::write).toList();
      pairs.append(pairs.isEmpty() ? "[" : ",").append("[").append(original).append(",");
      pairs.append(written).append("]");
      objects += nodes.size();
      mustBeRead += (int) written.stream().filter(json -> !json.contains(TOO_NEW)).count();
    }
    Path input = Files.writeString(folder.resolve("pairs.json"), pairs.append("]"));

    String[] counts = python("/os-vif-read.py", input).strip().split(" ", 2);

    assertEquals(objects, Integer.parseInt(counts[0]) + Integer.parseInt(counts[1]));
    assertTrue(Integer.parseInt(counts[0]) >= mustBeRead, counts[0] + " of " + mustBeRead);
    assertTrue(mustBeRead > 80, "most samples are for every os-vif: " + mustBeRead);
  }

  private static void requireOsVif() throws IOException, InterruptedException {
    boolean there =
        Files.isExecutable(Path.of(PYTHON))
            && new ProcessBuilder(PYTHON, "-c", "import os_vif")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor()
                == 0;
    if (!there) {
      String missing = "os-vif is not installed: apt-get install python3-os-vif";
      if (Boolean.getBoolean("fastvif.require-all-peers")) {
        fail(missing);
      }
      abort(missing);
    }
  }

  private String python(String script, Path input) throws IOException, InterruptedException {
    Path program = folder.resolve("program.py");
    try (var in = OsVifPeerTest.class.getResourceAsStream(script)) {
      Files.copy(in, program);
    }
    Path out = folder.resolve("out");
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(PYTHON, program.toString())
            .redirectInput(input.toFile())
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      fail("os-vif did not answer in " + TIMEOUT_SECONDS + " s");
    }
    assertEquals(0, process.exitValue(), () -> text(errors));
    return text(out);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
