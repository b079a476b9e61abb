package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.HostReader;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/**
 * Beside os-vif 3.0 (in one process, without its privileged daemon) and ovs-vsctl, on the same
 * userspace datapath in the same run. os-vif gets fewer VIFs, which is in its favour: it takes
 * longer for each the more there are.
 */
class OvsSpeedTest {
  private static final int VIFS = 200;
  private static final int OS_VIF_VIFS = 15;
  private static final int ROUNDS = 4;
  private static final int SINGLE_VIFS = 31;
  private static final String NO_QOS = "default_qos_type=";

  @TempDir Path folder;

  /** Microseconds for each VIF until the database has it, until it is answered, until applied. */
  private record Figures(long database, long answered, long applied) {
    Figures least(Figures other) {
      return new Figures(
          Math.min(database, other.database),
          Math.min(answered, other.answered),
          Math.min(applied, other.applied));
    }
  }

  private static void taps(OvsTestBed bed, Path file, int count) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      lines.append("tuntap add tap").append(i).append(" mode tap\n");
    }
    bed.run("ip", "-batch " + Files.writeString(file, lines));
  }

  private static long microsEach(long nanos, int count) {
    return nanos / 1000 / count;
  }

  private Figures run(OvsTestBed bed, boolean plug, List<Vif> vifs) throws Exception {
    bed.host().vsctl("set Open_vSwitch . external_ids:seen=yes");
    OvsSettings settings = OvsSettings.of(bed.host().address());
    int ports = plug ? VIFS + 1 : 1;
    long start = System.nanoTime();
    List<CompletableFuture<PlugResult>> stages = bed.start(plug, vifs);
    while (HostReader.readOvs(settings)
            .bridge("br-int")
            .map(OvsSnapshot.Bridge::ports)
            .orElseThrow()
            .size()
        != ports) {
      Thread.onSpinWait();
    }
    long database = System.nanoTime() - start;
    List<PlugResult> results = OvsTestBed.await(stages);
    long answered = System.nanoTime() - start;
    bed.host().vsctl("set Open_vSwitch . external_ids:seen=yes");
    long applied = System.nanoTime() - start;
    for (PlugResult result : results) {
      assertNotEquals(Outcome.FAILED, result.outcome(), () -> result.failure().message());
    }
    return new Figures(
        microsEach(database, VIFS), microsEach(answered, VIFS), microsEach(applied, VIFS));
  }

  /** The least figures to plug and to unplug of a few rounds, the first of which warm up. */
  private Figures[] fastvif(IntFunction<Vif> make, boolean taps) throws Exception {
    List<Vif> vifs = IntStream.rangeClosed(1, VIFS).mapToObj(make).toList();
    Figures[] least = new Figures[2];
    try (OvsTestBed bed = new OvsTestBed(folder.resolve("ours"), NO_QOS)) {
      bed.plug(OvsVifs.port(999, OvsVifs.profile(999).build(), OvsVifs.network("br-int")));
      for (int round = 0; round < ROUNDS; round++) {
        if (taps) {
          taps(bed, folder.resolve("taps"), VIFS);
        }
        for (int action = 0; action < 2; action++) {
          Figures figures = run(bed, action == 0, vifs);
          least[action] = least[action] == null ? figures : figures.least(least[action]);
        }
      }
    }
    return least;
  }

  /** What os-vif takes for each VIF to plug and to unplug, in microseconds. */
  private double[] osVif(IntFunction<Vif> make, boolean taps) throws Exception {
    List<Vif> vifs = IntStream.rangeClosed(1, OS_VIF_VIFS + 1).mapToObj(make).toList();
    try (OvsTestBed bed = new OvsTestBed(folder.resolve("theirs"), NO_QOS)) {
      if (taps) {
        taps(bed, folder.resolve("taps"), OS_VIF_VIFS + 1);
      }
      return bed.osVif("measure", vifs)
          .lines()
          .mapToDouble(line -> Double.parseDouble(line.split(" ", -1)[1]))
          .toArray();
    }
  }

  private static void report(String what, Figures ours, double theirs) {
    System.out.printf(
        "%s, us per VIF: in the database %d, answered %d, applied %d; os-vif %.0f%n",
        what, ours.database, ours.answered, ours.applied, theirs);
  }

  @KernelTest
  void hybridPlugs() throws Exception {
    double[] theirs = osVif(OvsVifs::hybrid, false);
    Figures[] ours = fastvif(OvsVifs::hybrid, false);
    report("VIFBridge plug", ours[0], theirs[0]);
    report("VIFBridge unplug", ours[1], theirs[1]);
    assertTrue(theirs[0] >= 10 * ours[0].answered, "plug");
    assertTrue(theirs[1] >= 50 * ours[1].database, "unplug, until the database has it");
    // 50 and more on a machine that does nothing else; deletions one by one would be 4
    assertTrue(theirs[1] >= 15 * ours[1].answered, "unplug");
  }

  @KernelTest
  void createdPorts() throws Exception {
    double[] theirs = osVif(OvsVifs::created, true);
    Figures[] ours = fastvif(OvsVifs::created, true);
    report("VIFOpenVSwitch plug", ours[0], theirs[0]);
    report("VIFOpenVSwitch unplug", ours[1], theirs[1]);
    assertTrue(theirs[0] >= 5 * ours[0].answered, "plug");
    assertTrue(theirs[1] >= 20 * ours[1].answered, "unplug");
  }

  @KernelTest
  void vhostUserPorts() throws Exception {
    IntFunction<Vif> make =
        number -> OvsVifs.vhostUser(number, VhostUserMode.SERVER, OvsVifs.profile(number).build());
    double[] theirs = osVif(make, false);
    Figures[] ours = fastvif(make, false);
    report("VIFVHostUser plug", ours[0], theirs[0]);
    report("VIFVHostUser unplug", ours[1], theirs[1]);
    assertTrue(theirs[0] >= 2 * ours[0].answered, "plug");
    assertTrue(theirs[1] >= 2 * ours[1].answered, "unplug");
  }

  @KernelTest
  void oneVifAloneIsNotSlowerThanOvsVsctl() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder.resolve("one"), NO_QOS)) {
      bed.plug(OvsVifs.created(999));
      long[] ours = new long[SINGLE_VIFS];
      long[] theirs = new long[SINGLE_VIFS];
      taps(bed, folder.resolve("taps"), 2 * SINGLE_VIFS);
      StringBuilder all = new StringBuilder("--no-wait");
      for (int i = 0; i < SINGLE_VIFS; i++) { // in turns, for both to have the same machine
        Vif vif = OvsVifs.created(i + 1);
        long start = System.nanoTime();
        PlugResult result = bed.plug(vif).getFirst();
        ours[i] = System.nanoTime() - start;
        assertEquals(Outcome.PLUGGED, result.outcome());
        start = System.nanoTime();
        bed.host().vsctl("add-port br-int tap" + (SINGLE_VIFS + i + 1));
        theirs[i] = System.nanoTime() - start;
        all.append(i == 0 ? " " : " -- ").append("--may-exist add-port br-int all").append(i);
      }
      long start = System.nanoTime();
      bed.host().vsctl(all.toString());
      long together = microsEach(System.nanoTime() - start, SINGLE_VIFS);
      Arrays.sort(ours);
      Arrays.sort(theirs);
      long own = ours[SINGLE_VIFS / 4];
      long other = theirs[SINGLE_VIFS / 4];
      System.out.printf(
          "one port alone, us: %d; ovs-vsctl add-port %d; one ovs-vsctl for %d ports %d each%n",
          own / 1000, other / 1000, SINGLE_VIFS, together);
      assertTrue(own <= other, () -> own + " ns, ovs-vsctl " + other + " ns");
    }
  }
}
