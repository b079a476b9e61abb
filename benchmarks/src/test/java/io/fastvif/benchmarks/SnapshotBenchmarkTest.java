package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The snapshot has all the links that it is measured with. */
class SnapshotBenchmarkTest {
  private static final int LINKS = 100;

  private final SnapshotBenchmark benchmark = new SnapshotBenchmark();
  private final SnapshotBenchmark.Host host = new SnapshotBenchmark.Host();

  @Test
  void everyLinkIsInIt() {
    Root.require();
    host.links = LINKS;
    host.open();
    try {
      assertComplete(benchmark.oneThread(host));
      assertComplete(benchmark.twoThreads(host));
      assertComplete(benchmark.fourThreads(host));
    } finally {
      host.close();
    }
  }

  private static void assertComplete(HostSnapshot snapshot) {
    assertEquals(1 + LINKS, snapshot.links().size());
    for (int number = 1; number <= LINKS / 2; number++) {
      LinkState link = snapshot.link(Vifs.name(number)).orElseThrow();
      assertEquals("veth", link.kind());
      assertTrue(link.up());
      assertEquals(List.of(link), snapshot.linksOf(Vifs.id(number)));
    }
  }
}
