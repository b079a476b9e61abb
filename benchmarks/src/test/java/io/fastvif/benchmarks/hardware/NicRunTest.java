package io.fastvif.benchmarks.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.report.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What becomes of a NIC, and of the report, when systems do wrong. */
class NicRunTest {
  private static final Set<VfAttribute> ALL = EnumSet.allOf(VfAttribute.class);

  private final FakeNic nic = new FakeNic();
  private final NicState before = nic.state();
  private final NicSystem good = nic.system("good", NicRunTest::none);

  private NicRun run(NicSystem own, NicSystem... systems) {
    return new NicRun(own, List.of(systems), nic::state, new PrintWriter(new StringWriter()));
  }

  private static boolean none(NicChange change) {
    return false;
  }

  private static Predicate<NicChange> words(String part) {
    return change -> change.words().contains(part);
  }

  @Test
  void everyRunIsAFigure() throws IOException {
    NicRun run = run(good, good, nic.system("other", NicRunTest::none));
    for (NicWorkload workload : NicWorkload.values()) {
      run.measure(workload, ALL, 3);
    }
    assertFalse(run.hasFailed());
    assertEquals(12, run.results().size());
    for (Result result : run.results()) {
      assertEquals(List.of(1.0, 1.0, 1.0), result.runs());
      assertEquals(1, result.microsPerVif());
      assertNull(result.problem());
    }
    assertEquals(before, nic.state());
  }

  @Test
  void aFailureHalfWayIsSaidAndUndone() throws IOException {
    NicRun run = run(good, good, nic.system("bad", words("name fastvif-vf2")));
    run.measure(NicWorkload.VF_PLUG, ALL, 3);
    assertTrue(run.hasFailed());
    assertEquals(before, nic.state());
    Result plug = run.results().get(2);
    assertTrue(plug.problem().startsWith("refused: link set dev rep2 name"), plug.problem());
    assertEquals(List.of(), plug.runs());
    assertEquals("not measured: there was nothing to undo", run.results().get(3).problem());
    assertEquals(3, run.results().get(0).runs().size(), "the other one goes on");
  }

  @Test
  void aFailureOfTheUndoIsSaidAndUndone() throws IOException {
    NicRun run = run(good, nic.system("bad", words("name rep1")));
    run.measure(NicWorkload.REPRESENTOR_RENAME, ALL, 3);
    assertEquals(before, nic.state());
    assertNull(run.results().get(0).problem());
    assertTrue(run.results().get(1).problem().startsWith("refused: "));
  }

  @Test
  void doingLessThanAllIsAFailure() throws IOException {
    NicRun run = run(good, nic.system("lazy", NicRunTest::none, words("vf 1 ")));
    run.measure(NicWorkload.VF_CONFIGURATION, ALL, 1);
    assertTrue(
        run.results()
            .get(0)
            .problem()
            .startsWith("wrong result: what was not done: link set dev p0 vf 1 mac"),
        run.results().get(0).problem());
    assertEquals(before, nic.state());
  }

  @Test
  void whatTheDriverRefusesIsLeftOut() throws IOException {
    NicSystem own = nic.system("own", words("state enable"), words("spoofchk"));
    NicRun run = run(own, own);
    assertEquals(EnumSet.of(VfAttribute.MAC, VfAttribute.VLAN, VfAttribute.TRUST), run.supported());
    assertEquals(2, run.notes().size(), run.notes()::toString);
    assertTrue(run.notes().get(1).startsWith("Without \"vf 0 state enable\""), run.notes().get(1));
    assertEquals(before, nic.state());
  }

  @Test
  void anotherSystemRestoresWhatTheFirstCannot() throws IOException {
    NicSystem own = nic.system("own", words("name rep0"));
    NicRun run = run(own, own, good);
    run.measure(NicWorkload.REPRESENTOR_RENAME, ALL, 1);
    assertEquals(before, nic.state());
  }

  @Test
  void whatCannotBeRestoredIsSaid() {
    NicSystem own = nic.system("own", words("name rep0"));
    NicRun run = run(own, own);
    IOException left =
        assertThrows(IOException.class, () -> run.measure(NicWorkload.REPRESENTOR_RENAME, ALL, 1));
    assertEquals(
        "the NIC is not as it was before; what is left to do: ip link set dev fastvif-vf0 name"
            + " rep0",
        left.getMessage());
  }

  @Test
  void afterAStopNothingIsBegun() throws IOException {
    NicRun run = run(good, good);
    good.apply(before.changesTo(NicWorkload.VF_PLUG.target(before, ALL)));
    run.stop(nic::state);
    assertEquals(before, nic.state());
    run.measure(NicWorkload.REPRESENTOR_RENAME, ALL, 1);
    assertEquals("interrupted", run.results().get(0).problem());
  }

  @Test
  void whatIsSkippedSaysWhy() {
    NicRun run = run(good, good, nic.system("other", NicRunTest::none));
    run.skip(NicWorkload.VF_PLUG, "no reason");
    assertEquals(4, run.results().size());
    for (Result result : run.results()) {
      assertEquals("no reason", result.problem());
      assertEquals(FakeNic.VFS, result.vifs());
    }
    assertFalse(run.hasFailed());
  }
}
