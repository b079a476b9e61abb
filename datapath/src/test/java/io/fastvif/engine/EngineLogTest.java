package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.plan.PlugPlan;
import io.fastvif.testing.LogLines;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an engine logs. */
class EngineLogTest {
  @Test
  void aLifeIsTwoLinesThatNameTheNamespaceAndNoneForEachPlug() throws Exception {
    List<String> lines;
    String name;
    try (LogLines log = new LogLines("io.fastvif.engine")) {
      try (Netns namespace = Netns.createPrivate();
          PlugEngine engine = PlugEngine.builder().namespace(namespace).build()) {
        name = namespace.name();
        engine.start();
        for (int i = 0; i < 3; i++) {
          PlugResult plugged =
              engine
                  .submit(TestPlans.tap("id" + i, "tap" + i, 1400))
                  .orElseThrow()
                  .toCompletableFuture()
                  .get(60, TimeUnit.SECONDS);
          assertEquals(Outcome.PLUGGED, plugged.outcome(), plugged::toString);
        }
      }
      lines = log.lines();
    }
    assertEquals(2, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("FINE in " + name + ": the engine has started, fastvif "));
    assertEquals("FINE in " + name + ": the engine has stopped", lines.get(1));
  }

  /** A group's thread works in many namespaces; of the process's own no line need tell. */
  @Test
  void anEngineOfAGroupNamesItsNamespaceToo() throws Exception {
    try (LogLines log = new LogLines("io.fastvif.engine");
        Netns other = Netns.createPrivate();
        EngineGroup group = EngineGroup.open("log")) {
      livesIn(group, null);
      livesIn(group, other);
      other.call(
          () -> {
            livesIn(group, null);
            return null;
          });
      List<String> lines = log.lines();
      assertEquals(6, lines.size(), lines::toString);
      assertTrue(lines.get(0).startsWith("FINE the engine has started"), lines::toString);
      assertEquals("FINE the engine has stopped", lines.get(1));
      for (int i : new int[] {3, 5}) {
        assertEquals("FINE in " + other.name() + ": the engine has stopped", lines.get(i));
      }
    }
  }

  private static void livesIn(EngineGroup group, Netns namespace) {
    PlugEngineBuilder builder = PlugEngine.builder().group(group).withoutKernel();
    if (namespace != null) {
      builder.namespace(namespace);
    }
    try (PlugEngine engine = builder.build()) {
      engine.start();
    }
  }

  /** What an engine in a namespace of its own, on a kernel that is a fake, warns of. */
  private static List<String> warnings(FakeKernel kernel, PlugPlan... plans) throws Exception {
    try (LogLines log = new LogLines("io.fastvif")) {
      try (Netns namespace = Netns.createPrivate();
          PlugEngine engine =
              PlugEngine.builder().namespace(namespace).transport(() -> kernel).build()) {
        engine.start();
        for (PlugPlan plan : plans) {
          engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
      }
      return log.lines().stream()
          .filter(line -> line.startsWith("WARNING"))
          .map(line -> line.replaceFirst("in net:\\[[0-9]+\\]", "in its namespace"))
          .toList();
    }
  }

  @Test
  void whatAPlanLeavesBehindIsOneLineAndAFailureThatIsUndoneIsNone() throws Exception {
    FakeKernel kernel = new FakeKernel();
    kernel.undeletable.add("tap2");
    assertEquals(
        List.of(
            "WARNING in its namespace: VIF stuck: set tap2: mtu 70000 alias fastvif:stuck up:"
                + " EINVAL (Invalid argument): fake: refused;"
                + " left behind: delete tap2: EOPNOTSUPP: fake: refused"),
        warnings(
            kernel,
            TestPlans.tap("undone", "tap1", 70_000),
            TestPlans.tap("stuck", "tap2", 70_000),
            TestPlans.tap("good", "tap3", 1450)));
  }

  @Test
  void aRetiredBridgeThatCannotBeDeletedIsOneLine() throws Exception {
    FakeKernel kernel = new FakeKernel();
    kernel.undeletable.add("fvgone1");
    FakeKernel.Link bridge = kernel.add("qbr1");
    assertEquals(
        List.of(
            "WARNING in its namespace: delete link 1 (a retired bridge): EOPNOTSUPP: fake:"
                + " refused"),
        warnings(
            kernel,
            RetiredBridgesTest.retire(bridge),
            TestPlans.tap("one", "tap1", 1450),
            TestPlans.tap("two", "tap2", 1450)));
  }

  @Test
  void anErrorThatIsNobodysFailureIsLogged() throws Exception {
    List<String> lines;
    try (LogLines log = new LogLines("io.fastvif.engine")) {
      try (PlugEngine engine = PlugEngine.builder().withoutKernel().build()) {
        engine.start();
        engine.offer(
            new PlugOperation() {
              @Override
              public PlugPlan plan() {
                return TestPlans.tap("id", "tap0", 1400);
              }

              @Override
              public void completed(Outcome outcome, PlugFailure failure) {
                throw new ArithmeticException("a callback's own");
              }
            });
      }
      lines = log.lines();
    }
    assertEquals(
        List.of(
            "WARNING an error of fastvif's own: java.lang.ArithmeticException: a callback's own"),
        lines.stream().filter(line -> line.startsWith("WARNING")).toList());
  }
}
