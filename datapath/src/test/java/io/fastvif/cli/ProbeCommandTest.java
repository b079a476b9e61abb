package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vhostuser.session.TestBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeCommandTest {
  @TempDir Path directory;

  @Test
  void probesABackend() {
    String path = directory.resolve("s").toString();
    try (TestBackend backend = TestBackend.listen(path, 3)) {
      CommandRun text = CommandRun.of("vhost-user", "probe", path).expect(Fastvif.DONE);
      assertTrue(text.out().startsWith(path + " is alive\n"), text.out());
      assertTrue(text.out().contains("VERSION_1"), text.out());
      assertTrue(text.out().contains("CONFIGURE_MEM_SLOTS"), text.out());
      assertTrue(text.out().contains("queue pairs        3\n"), text.out());
      CommandRun json = CommandRun.of("vhost-user", "probe", path, "--json").expect(Fastvif.DONE);
      assertTrue(json.out().contains("\"alive\":true"), json.out());
      assertTrue(json.out().contains("\"queue_pairs\":3"), json.out());
      assertEquals(0, backend.frontends(), "a probe is no frontend");
    }
  }

  @Test
  void saysWhyThereIsNoBackend() throws Exception {
    Path file = directory.resolve("f");
    CommandRun none = CommandRun.of("vhost-user", "probe", file.toString()).expect(Fastvif.FAILED);
    assertTrue(none.err().contains("ENOENT"), none.err());
    Files.createFile(file);
    CommandRun dead =
        CommandRun.of("vhost-user", "probe", file.toString(), "--json").expect(Fastvif.FAILED);
    assertTrue(dead.out().contains("\"alive\":false"), dead.out());
    assertTrue(dead.out().contains("ECONNREFUSED"), dead.out());
    CommandRun.of("vhost-user", "probe", "a", "b").expect(Fastvif.WRONG_INPUT);
    CommandRun.of("vhost-user", "probe").expect(Fastvif.WRONG_INPUT);
  }
}
