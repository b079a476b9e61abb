package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.netfilter.NftRequest;
import io.fastvif.netlink.netfilter.NftSocket;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@link PodRules} with nf_tables itself. */
class PodRulesTest {
  private static final int IPV4 = 2;
  private static final int THREADS = 8;
  private static final int PODS_EACH = 12;

  private static final PodRule OUT = PodRule.masquerade(Cidr.parse("", "10.88.0.7/16"));
  private static final PodRule OUT_6 = PodRule.masquerade(Cidr.parse("", "fd88::7/64"));
  private static final PodRule CHECK =
      PodRule.sourceCheck("veth1", new MacAddress(0x0200_0000_0001L));

  @KernelTest
  void rulesTakeThePlaceOfThoseBefore() throws IOException {
    try (PodRules rules = new PodRules()) {
      assertFalse(rules.replace("one", List.of(OUT, OUT_6, CHECK)));
      assertEquals(3, rules.count("one"));
      assertTrue(rules.replace("one", List.of(CHECK)));
      assertEquals(1, rules.count("one"));
      assertFalse(rules.replace("two", List.of()));
      assertTrue(rules.replace("one", List.of()));
      assertFalse(rules.replace("one", List.of()));
      assertEquals(Set.of(), PodLab.withRules());
    }
    assertFalse(hasTable(), "the table has stayed without a rule");
  }

  @KernelTest
  void rulesAreReadAgainWhenSomebodyElseHasChangedThem() throws IOException {
    try (PodRules rules = new PodRules();
        PodRules others = new PodRules()) {
      rules.replace("one", List.of(OUT));
      others.replace("two", List.of(OUT));
      rules.replace("three", List.of(OUT));
      assertEquals(Set.of("one", "two", "three"), rules.vifIds());
      assertTrue(others.replace("one", List.of()));
      assertFalse(rules.replace("one", List.of()));
      deleteTable();
      assertFalse(rules.replace("two", List.of()));
      rules.replace("two", List.of(OUT));
      assertEquals(Set.of("two"), others.vifIds());
      rules.replace("two", List.of());
    }
  }

  /** Whose changes go to the kernel together is left to chance; what comes of them is not. */
  @KernelTest
  void whatIsRefusedFailsAlone() throws Exception {
    PodRule refused = PodRule.sourceCheck("a-name-that-no-link-has", new MacAddress(1));
    Netns here = Netns.current();
    Set<String> expected = new HashSet<>();
    try (PodRules rules = new PodRules();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> changes = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        for (int i = 0; i < PODS_EACH; i++) {
          String pod = thread + "/" + i;
          if (i % 4 == 3) {
            Callable<Boolean> change = () -> rules.replace(pod, List.of(refused));
            changes.add(
                threads.submit(
                    () -> here.call(() -> assertThrows(IOException.class, change::call))));
          } else {
            expected.add(pod);
            changes.add(threads.submit(() -> here.call(() -> rules.replace(pod, List.of(OUT)))));
          }
        }
      }
      for (Future<?> change : changes) {
        change.get();
      }
      assertEquals(expected, PodLab.withRules());
      for (String pod : expected) {
        changes.add(threads.submit(() -> here.call(() -> rules.replace(pod, List.of()))));
      }
      for (Future<?> change : changes) {
        change.get();
      }
      assertEquals(Set.of(), PodLab.withRules());
    } finally {
      here.close();
    }
  }

  private static boolean hasTable() {
    try (NftSocket socket = NftSocket.open(IPV4)) {
      return socket.table(PodRuleTable.NAME).isPresent();
    }
  }

  private static void deleteTable() {
    try (NftSocket socket = NftSocket.open(IPV4)) {
      NftRequest batch = socket.begin(socket.generation());
      batch.deleteTable(PodRuleTable.NAME);
      assertEquals(0, socket.commit((sequence, errno, message) -> {}));
    }
  }
}
