package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.vhostuser.session.TestBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fastvif --trace}. */
class TraceCommandTest {
  private static final String ID = "4d2e1f6a-0000-4000-8000-000000000001";

  @TempDir Path folder;

  private String file() throws IOException {
    String vif = Vifs.json(Vifs.bridged(ID, "tap4d2e1f6a", "", 1450));
    return Files.writeString(folder.resolve("vif.json"), vif).toString();
  }

  private static List<String> lines(CommandRun run, String part) {
    return run.err().lines().filter(line -> line.contains(part)).toList();
  }

  @KernelTest
  void showsWhatAPlugSaysToTheKernel() throws Exception {
    CommandRun plugged = CommandRun.of("--trace", "plug", file()).expect(Fastvif.DONE);
    assertEquals(1, plugged.lines().size(), plugged::out);
    List<String> created = lines(plugged, "CREATE");
    assertEquals(1, created.size(), plugged::err);
    assertTrue(
        created
            .getFirst()
            .matches(
                " +\\d+\\.\\d{6} \\["
                    + ID
                    + "] netlink RTM_NEWLINK EXCL\\|CREATE IFNAME=\"br0\" GROUP=\\d+"
                    + " LINKINFO=\\{KIND=\"bridge\" DATA=\\{.*}} = ack <\\d+ us>"),
        created.getFirst());
    assertTrue(lines(plugged, "RTM_GETLINK DUMP").getFirst().contains(" = "), plugged::err);

    CommandRun quiet = CommandRun.of("plug", file()).expect(Fastvif.DONE);
    assertEquals("", quiet.err(), "only who asks is shown a trace");
  }

  @KernelTest
  void showsHowATapIsMade() throws Exception {
    CommandRun plugged =
        CommandRun.of("--trace", "plug", "-o", "linux_bridge.create_port=tap", file())
            .expect(Fastvif.DONE);
    String tap = "[" + ID + "] ioctl TUNSETIFF tap4d2e1f6a IFF_TAP|IFF_NO_PI|IFF_TUN_EXCL = done <";
    assertEquals(1, lines(plugged, tap).size(), plugged::err);
    assertEquals(1, lines(plugged, "ioctl TUNSETPERSIST tap4d2e1f6a 1 = done").size());
    String setting = "] write /proc/sys/net/ipv6/conf/tap4d2e1f6a/disable_ipv6 \"1\" = done <";
    assertEquals(1, lines(plugged, setting).size(), plugged::err);
  }

  @SuppressWarnings("try") // it ends with the block
  @Test
  void showsWhatABackendIsAsked() {
    String path = folder.resolve("s").toString();
    try (TestBackend backend = TestBackend.listen(path, 2)) {
      CommandRun probe = CommandRun.of("--trace", "vhost-user", "probe", path).expect(Fastvif.DONE);
      List<String> asked = lines(probe, "vhost-user GET_QUEUE_NUM = 2 <");
      assertEquals(1, asked.size(), probe::err);
    }
  }
}
