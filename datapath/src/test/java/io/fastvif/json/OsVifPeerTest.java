package io.fastvif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** os-vif itself reads what is written here, and finds the same in it. */
class OsVifPeerTest {
  /** The first version of its class that os-vif 3.0.0 does not know. */
  private static final String TOO_NEW = "\"1.4\"";

  @TempDir Path folder;

  @Test
  void osVifReadsWhatIsWritten() throws IOException, InterruptedException {
    OsVif.require();
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

    String[] counts = OsVif.run(folder, "/os-vif-read.py", input).strip().split(" ", 2);

    assertEquals(objects, Integer.parseInt(counts[0]) + Integer.parseInt(counts[1]));
    assertTrue(Integer.parseInt(counts[0]) >= mustBeRead, counts[0] + " of " + mustBeRead);
    assertTrue(mustBeRead > 80, "most samples are for every os-vif: " + mustBeRead);
  }
}
