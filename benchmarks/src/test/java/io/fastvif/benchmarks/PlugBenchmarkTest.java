package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Outcome;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.PlugPlan;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plugs and unplugs as the benchmark does, and looks at the links. */
class PlugBenchmarkTest {
  private static final int BATCH = 16;
  private static final int LINKS_WHEN_UNPLUGGED = 2; // lo and the bridge

  private final PlugBenchmark benchmark = new PlugBenchmark();
  private final PlugBenchmark.Host host = new PlugBenchmark.Host();
  private final PlugBenchmark.Count count = new PlugBenchmark.Count();

  @BeforeEach
  void needRoot() {
    Root.require();
    host.batch = BATCH;
  }

  @Test
  void plugsAndIsUndone() {
    host.open();
    try {
      PlugBenchmark.Unplugged state = new PlugBenchmark.Unplugged();
      state.plan(host);
      for (int invocation = 1; invocation <= 3; invocation++) {
        assertUnplugged();
        benchmark.plug(host, state, count);
        assertPlugged();
        state.unplug(host);
        assertEquals((long) invocation * BATCH, count.vifs);
      }
      assertUnplugged();
    } finally {
      host.close();
    }
  }

  @Test
  void unplugsWhatWasPluggedBefore() {
    host.open();
    try {
      PlugBenchmark.Plugged state = new PlugBenchmark.Plugged();
      state.plan(host);
      for (int invocation = 1; invocation <= 3; invocation++) {
        assertUnplugged();
        state.plug(host);
        assertPlugged();
        benchmark.unplug(host, state, count);
        assertEquals((long) invocation * BATCH, count.vifs);
      }
      assertUnplugged();
    } finally {
      host.close();
    }
  }

  @Test
  void batchThatFailsIsNoFigure() {
    host.open();
    try {
      List<PlugPlan> plans = host.host.plugPlans();
      host.host.execute(plans, Outcome.PLUGGED);
      List<PlugPlan> again = host.host.plugPlans(); // without steps: nothing is left to do
      assertThrows(IllegalStateException.class, () -> host.host.execute(again, Outcome.PLUGGED));
    } finally {
      host.close();
    }
  }

  private void assertPlugged() {
    HostSnapshot now = host.host.snapshot();
    int bridge = now.link(Vifs.BRIDGE).orElseThrow().index();
    for (int number = 1; number <= BATCH; number++) {
      LinkState link = now.link(Vifs.name(number)).orElseThrow();
      assertEquals("veth", link.kind());
      assertEquals(bridge, link.master());
      assertTrue(link.up());
      assertEquals(List.of(link), now.linksOf(Vifs.id(number)));
    }
    assertEquals(LINKS_WHEN_UNPLUGGED + 2 * BATCH, now.links().size());
  }

  private void assertUnplugged() {
    HostSnapshot now = host.host.snapshot();
    assertTrue(now.link(Vifs.BRIDGE).isPresent());
    assertEquals(LINKS_WHEN_UNPLUGGED, now.links().size(), () -> now.links().toString());
  }
}
