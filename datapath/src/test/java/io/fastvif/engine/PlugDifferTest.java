package io.fastvif.engine;

import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every plan, refused something at each of its changes and killed at each of its sends, leaves
 * nothing and takes nothing. On hosts made up at random, and of each plan with a few of its faults,
 * chosen at random, the same each time: {@code -Dfastvif.seed=SEED} is for others, {@code
 * -Dfastvif.differ-faults=N} tries more of each plan, 1000 is all, {@code -Dfastvif.differ-hosts=N}
 * more hosts, {@code -Dfastvif.differ-case=NAME} one plan alone.
 */
class PlugDifferTest {
  private static final long SEED = 11;
  private static final int HOSTS = Integer.getInteger("fastvif.differ-hosts", 1);
  private static final int SHARE = Integer.getInteger("fastvif.differ-faults", 2);

  @TempDir Path folder;

  private interface Body {
    void run(PlugDiffer differ) throws Exception;
  }

  private static void everyHost(boolean isFreshEachTime, Body body) throws Exception {
    long first = Long.getLong("fastvif.seed", SEED);
    for (int i = 0; i < HOSTS; i++) {
      long seed = first + i;
      try (Netns namespace = Netns.createPrivate()) {
        namespace.call(
            () -> {
              try (PlugDiffer differ = new PlugDiffer(seed, SHARE, isFreshEachTime)) {
                body.run(differ);
              }
              return null;
            });
      }
    }
  }

  @KernelTest
  void plansOfLinksLeaveAndTakeNothing() throws Exception {
    everyHost(false, differ -> differ.filters().run(DifferCases.links(folder)));
  }

  @KernelTest
  void plansOfUplinksLeaveAndTakeNothing() throws Exception {
    everyHost(true, differ -> differ.run(DifferCases.uplinks()));
  }

  @KernelTest
  void plansOfDevicesLeaveAndTakeNothing() throws Exception {
    Files.createDirectory(folder.resolve("dev"));
    everyHost(false, differ -> differ.folder(folder).run(DifferCases.devices(folder)));
  }

  @KernelTest
  void plansOfVirtualFunctionsLeaveAndTakeNothing() throws Exception {
    Path card = FunctionCases.makeCard(folder.resolve("card"));
    everyHost(
        false,
        differ -> withOvs(differ, () -> differ.card(card).run(FunctionCases.functions(card))));
  }

  @KernelTest
  void plansOfOpenVSwitchLeaveAndTakeNothing() throws Exception {
    everyHost(false, differ -> withOvs(differ, () -> differ.run(DifferCases.switched(folder))));
  }

  @KernelTest
  void takenNamesOfLinksAreLeftAlone() throws Exception {
    everyHost(false, differ -> differ.runWithTakenNames(DifferCases.links(folder)));
  }

  /** Of some plans that make all sorts of devices and ports; of all where more faults are tried. */
  @KernelTest
  void takenNamesOfPortsAreLeftAlone() throws Exception {
    List<DifferCase> all = DifferCases.switched(folder);
    List<DifferCase> some = SHARE > 2 ? all : List.of(all.get(0), all.get(1), all.getLast());
    everyHost(false, differ -> withOvs(differ, () -> differ.runWithTakenNames(some)));
  }

  private interface OvsBody {
    void run() throws Exception;
  }

  private void withOvs(PlugDiffer differ, OvsBody body) throws Exception {
    Path rundir = folder.resolve("ovs" + System.nanoTime());
    try (OvsHost host = OvsHost.start(rundir)) {
      host.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      host.vsctl("add-br br-others -- set bridge br-others datapath_type=netdev");
      differ.ovs(host, rundir);
      body.run();
    }
  }
}
