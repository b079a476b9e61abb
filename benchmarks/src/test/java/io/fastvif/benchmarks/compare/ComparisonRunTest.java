package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Root;
import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.benchmarks.report.Result;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of systems that do not do their work, or are slow. */
class ComparisonRunTest {
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(10), Duration.ofMinutes(30));
  private static final int VIFS = 3;

  private final List<String> order = new ArrayList<>();

  @BeforeEach
  void root() {
    Root.require();
  }

  /** fastvif under another name, with something wrong. */
  private class Faulty implements MeasuredSystem {
    private final MeasuredSystem good = new FastvifSystem("veth");
    private final String name;

    Faulty(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Optional<String> missing() {
      return Optional.empty();
    }

    @Override
    public String version() {
      return "1";
    }

    long plug(Session session, int from, int to) throws IOException {
      return session.plug(from, to);
    }

    long unplug(Session session, int from, int to) throws IOException {
      return session.unplug(from, to);
    }

    @Override
    public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException {
      order.add(name);
      Session session = good.open(namespace, vifs, limits);
      return new Session() {
        @Override
        public long plug(int from, int to) throws IOException {
          return Faulty.this.plug(session, from, to);
        }

        @Override
        public long unplug(int from, int to) throws IOException {
          return Faulty.this.unplug(session, from, to);
        }

        @Override
        public long[] latencies(int from, int to, long intervalNanos) throws IOException {
          return session.latencies(from, to, intervalNanos);
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  private static ComparisonRun run(List<MeasuredSystem> systems, Limits limits, int rounds) {
    PrintWriter progress = new PrintWriter(new StringWriter());
    ComparisonRun run = new ComparisonRun(Workload.VETH, systems, limits, progress);
    run.measure(VIFS, rounds);
    return run;
  }

  @Test
  void pluggingLessThanAllIsAnError() {
    MeasuredSystem lazy =
        new Faulty("lazy") {
          @Override
          long plug(Session session, int from, int to) throws IOException {
            return session.plug(from, to - from == VIFS ? to - 1 : to);
          }
        };
    ComparisonRun run = run(List.of(lazy), LIMITS, 3);
    assertTrue(run.hasFailed());
    assertEquals(1, order.size(), "it gets no further run");
    Result plug = run.results().get(0);
    assertTrue(plug.problem().startsWith("wrong result: tap00000002"), plug.problem());
    assertTrue(Double.isNaN(plug.microsPerVif()));
    assertEquals(List.of(), plug.runs());
    assertEquals("not measured: the VIFs were not plugged", run.results().get(1).problem());
  }

  @Test
  void unpluggingLessThanAllIsAnError() {
    MeasuredSystem lazy =
        new Faulty("lazy") {
          @Override
          long unplug(Session session, int from, int to) throws IOException {
            return session.unplug(from, to - from == VIFS ? to - 1 : to);
          }
        };
    ComparisonRun run = run(List.of(lazy), LIMITS, 1);
    assertTrue(run.hasFailed());
    assertNull(run.results().get(0).problem(), "it did plug them");
    assertEquals("wrong result: 2 links are left", run.results().get(1).problem());
  }

  @Test
  void theTimeLimitIsSaidAndNoFailure() {
    MeasuredSystem slow =
        new Faulty("slow") {
          @Override
          long unplug(Session session, int from, int to) throws IOException {
            if (to - from == VIFS) {
              throw new TimeLimitException(Duration.ofSeconds(7));
            }
            return session.unplug(from, to);
          }
        };
    ComparisonRun run = run(List.of(slow), LIMITS, 3);
    assertFalse(run.hasFailed());
    assertEquals("stopped after the time limit of 7 s", run.results().get(1).problem());
    assertEquals(1, run.results().get(0).runs().size());
  }

  @Test
  void aSlowSystemGetsOneRun() {
    ComparisonRun run =
        run(List.of(new Faulty("slow")), new Limits(Duration.ofMinutes(1), Duration.ZERO), 3);
    assertFalse(run.hasFailed());
    assertEquals(1, run.results().get(0).runs().size());
    assertEquals(
        List.of("veth on a bridge, slow, 3 VIFs: 1 of 3 runs, because they took more than 0 s."),
        run.notes());
  }

  @Test
  void theOrderRotates() {
    run(List.of(new Faulty("a"), new Faulty("b"), new Faulty("c")), LIMITS, 3);
    assertEquals("abcbcacab", String.join("", order).substring(0, 9));
  }
}
