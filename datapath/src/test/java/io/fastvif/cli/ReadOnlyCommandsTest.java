package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.json.PlugRequests;
import io.fastvif.testing.KernelTest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code convert}, {@code plan} and {@code list}. */
class ReadOnlyCommandsTest {
  private static final String BRIDGED = "7204e52d-b222-4a58-808a-05a6c4647159";

  @TempDir Path folder;

  @Test
  void convertWritesEveryFileOfOsVifAsTheSameObject() throws Exception {
    List<Path> samples = Vifs.samples();
    assertEquals(38, samples.size());
    for (Path sample : samples) {
      CommandRun run = CommandRun.of("convert", sample.toString()).expect(Fastvif.DONE);
      assertEquals(1, run.lines().size());
      assertEquals(
          PlugRequests.read(Files.readString(sample)), PlugRequests.read(run.out()), run::out);
      Path again = Files.writeString(folder.resolve("again.json"), run.out());
      assertEquals(run.out(), CommandRun.of("convert", again.toString()).out());
    }
    String[] all = new String[samples.size() + 1];
    all[0] = "convert";
    for (int i = 0; i < samples.size(); i++) {
      all[i + 1] = samples.get(i).toString();
    }
    assertEquals(samples.size(), CommandRun.of(all).expect(Fastvif.DONE).lines().size());
  }

  @Test
  void convertTakesABareVifFromStandardInput() throws Exception {
    String vif = Vifs.json(Vifs.tap("v", "t0").build());
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream(vif.getBytes(StandardCharsets.UTF_8)));
      CommandRun run = CommandRun.of("convert", "-").expect(Fastvif.DONE);
      assertEquals(
          PlugRequests.read(vif).getFirst().vif(), PlugRequests.read(run.out()).getFirst().vif());
      assertTrue(run.out().startsWith("{\"versioned_object.name\":\"VIFGeneric\""), run.out());
    } finally {
      System.setIn(before);
    }
  }

  @KernelTest
  void planSaysEachStepAndItsUndo() {
    String file = Vifs.sample("3.0.0/bridge-none.json").toString();
    CommandRun text = CommandRun.of("plan", file).expect(Fastvif.DONE);
    assertEquals(
        """
        VIF 7204e52d-b222-4a58-808a-05a6c4647159 tapf06c144a:
          1. create bridge br0 forward_delay 0 stp_state 0 mcast_snooping 0
             undo: delete br0 (unless in use by another VIF)
          2. set br0: disable_ipv6 1 (only if created just now)
          3. set br0: arp_ignore 1 arp_announce 2 alias fastvif-bridge:br0 up (only if created just now)
             note: bridge interface eth1 does not exist: br0 is not joined to it
        """,
        text.out());
    assertEquals("", text.err());

    CommandRun json = CommandRun.of("plan", "--json", file).expect(Fastvif.DONE);
    assertEquals(1, json.lines().size());
    assertTrue(json.out().startsWith("{\"id\":\"" + BRIDGED + "\",\"name\":\"tapf06c144a\""));
    assertTrue(json.out().contains("\"undo\":\"delete br0\",\"shared\":true"), json.out());

    assertEquals("", CommandRun.of("list", "--json").expect(Fastvif.DONE).out());
    CommandRun nothing = CommandRun.of("plan", "--unplug", file).expect(Fastvif.DONE);
    assertEquals("VIF " + BRIDGED + " tapf06c144a: nothing to do\n", nothing.out());
  }

  @KernelTest
  void listShowsDevicesWithFastvifsAlias() throws Exception {
    CommandRun empty = CommandRun.of("list").expect(Fastvif.DONE);
    assertEquals(1, empty.lines().size(), empty.out());
    assertTrue(empty.out().startsWith("VIF "), empty.out());
    String vif = Vifs.json(Vifs.tap("vif-1", "t0").build());
    String file = Files.writeString(folder.resolve("vif.json"), vif).toString();
    CommandRun.of("plug", file).expect(Fastvif.DONE);

    List<String> table = CommandRun.of("list").expect(Fastvif.DONE).lines();
    assertEquals(2, table.size());
    assertTrue(table.get(1).matches("vif-1 +t0 +tun +1500  up"), table.get(1));
    String line = CommandRun.of("list", "--json").expect(Fastvif.DONE).out();
    assertTrue(line.contains("{\"id\":\"vif-1\",\"name\":\"t0\",\"index\":"), line);
    assertTrue(line.contains("\"kind\":\"tun\",\"master\":\"\",\"mtu\":1500,"), line);
  }

  @KernelTest
  void noEngineIsStartedToRead() throws Exception {
    String file = Vifs.sample("3.0.0/bridge-none.json").toString();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (String[] command : new String[][] {{"list"}, {"plan", file}}) {
      CommandRun.of(command).expect(Fastvif.DONE);
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 20; i++) { // the JVM may start a thread of its own meanwhile
        long before = threads.getTotalStartedThreadCount();
        CommandRun.of(command).expect(Fastvif.DONE);
        least = Math.min(least, threads.getTotalStartedThreadCount() - before);
      }
      assertEquals(0, least, command[0]);
    }
  }
}
