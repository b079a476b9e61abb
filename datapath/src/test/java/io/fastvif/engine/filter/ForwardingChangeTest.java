package io.fastvif.engine.filter;

import static io.fastvif.bindings.linux.linux_h.NFPROTO_IPV4;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.side.FailureCause;
import io.fastvif.engine.side.PlanUnderWay;
import io.fastvif.netlink.netfilter.NftChain;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.netlink.netfilter.NftSocket;
import io.fastvif.netlink.netfilter.NftTable;
import io.fastvif.plan.ForwardingRule;
import io.fastvif.plan.ForwardingStep;
import io.fastvif.plan.Step;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * What is known of the rules after a batch is what the kernel has, and is not read again for it.
 */
class ForwardingChangeTest {
  private static final int STEPS = 300;
  private static final int BRIDGES = 4;
  private static final int VIFS = 3;

  private static final FilterBatch.Answers DONE =
      new FilterBatch.Answers() {
        @Override
        public void answered(PlanUnderWay plan, Step step, boolean changed, String problem) {
          assertNull(problem);
        }

        @Override
        public void lost(PlanUnderWay plan, Step step, FailureCause cause) {
          throw new AssertionError(cause);
        }
      };

  /** Counts how often a chain's rules are read. */
  private static final class Counted implements NftExchange {
    private final NftSocket kernel = NftSocket.open(NFPROTO_IPV4);
    private int readings;

    @Override
    public int generation() {
      return kernel.generation();
    }

    @Override
    public Optional<NftTable> table(String name) {
      return kernel.table(name);
    }

    @Override
    public Optional<NftChain> chain(String table, String name) {
      return kernel.chain(table, name);
    }

    @Override
    public List<NftRule> rules(String table, String chain) {
      readings++;
      return kernel.rules(table, chain);
    }

    @Override
    public NftRequest begin(int generation) {
      return kernel.begin(generation);
    }

    @Override
    public int commit(CommitHandler handler) {
      return kernel.commit(handler);
    }

    @Override
    public void close() {
      kernel.close();
    }
  }

  private final KnownTables known = new KnownTables();
  private Counted kernel;
  private NftSocket reader;
  private FilterBatch batch;

  /** In the test's namespace, in which its object was not made. */
  private void open() {
    kernel = new Counted();
    reader = NftSocket.open(NFPROTO_IPV4);
    batch = new FilterBatch(family -> kernel, known);
  }

  private void close() {
    batch.close();
    reader.close();
  }

  private static ForwardingStep ensure(int vif, int bridge, String... targets) {
    List<ForwardingRule> rules =
        List.of(targets).stream()
            .map(target -> new ForwardingRule("br" + bridge, "", target))
            .toList();
    return new ForwardingStep.EnsureForwarding("vif" + vif, "br" + bridge, rules, null);
  }

  private void perform(ForwardingStep... steps) {
    for (ForwardingStep step : steps) {
      batch.add(null, step);
    }
    assertEquals(steps.length, batch.work(DONE));
  }

  /** Returns whether the rules were read for it. */
  private boolean isReadFor(ForwardingStep... steps) {
    int before = kernel.readings;
    perform(steps);
    ForwardingTables told = known.read(kernel);
    boolean isRead = kernel.readings > before;
    assertEquals(ForwardingTables.read(reader), told);
    return isRead;
  }

  @KernelTest
  void rulesAreNotReadAgainForWhatWasAddedOrDeleted() {
    open();
    perform(ensure(1, 1, "ACCEPT")); // makes tables and chains
    known.read(kernel);
    assertEquals(false, isReadFor(ensure(2, 2, "ACCEPT", "DROP")));
    assertEquals(false, isReadFor(ensure(3, 2, "ACCEPT", "DROP"), ensure(4, 3, "REJECT")));
    assertEquals(false, isReadFor(ensure(3, 2, "LOG")));
    assertEquals(false, isReadFor(new ForwardingStep.ReleaseForwarding("vif4", "br3")));
    close();
  }

  @KernelTest
  void whatIsKnownIsWhatTheKernelHasWhateverIsDone() {
    open();
    Random random = new Random(7);
    Peer nft = Peer.require("nft", "nftables");
    int unread = 0;
    for (int i = 0; i < STEPS; i++) {
      int vif = random.nextInt(VIFS);
      int bridge = random.nextInt(BRIDGES);
      String[] targets =
          random.nextBoolean() ? new String[] {"ACCEPT"} : new String[] {"DROP", "LOG"};
      if (i % 50 == 49) {
        others(nft);
      }
      boolean isRead =
          random.nextInt(3) > 0
              ? isReadFor(ensure(vif, bridge, targets))
              : isReadFor(new ForwardingStep.ReleaseForwarding("vif" + vif, "br" + bridge));
      unread += isRead ? 0 : 1;
    }
    assertTrue(unread > STEPS / 2, "not read again: " + unread);
    close();
  }

  private static void others(Peer nft) {
    try {
      nft.run("add table ip theirs");
      nft.run("delete table ip theirs");
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }
}
