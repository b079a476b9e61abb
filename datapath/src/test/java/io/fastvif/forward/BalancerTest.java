package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.forward.Balancer.Move;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is moved to where, by the loads that were measured. */
class BalancerTest {
  private static List<Move> moves(List<Integer> at, List<Double> loads, int loops) {
    return Balancer.moves(at, loads, loops, lane -> true);
  }

  @Test
  void busyLanesAreSeparated() {
    assertEquals(List.of(new Move(1, 1)), moves(List.of(0, 0), List.of(0.5, 0.4), 2));
    assertEquals(
        List.of(new Move(2, 1), new Move(1, 2)), moves(List.of(0, 0, 0), List.of(.3, .3, .3), 3));
  }

  @Test
  void theLaneGoesThatMakesBothLoopsMostEqual() {
    assertEquals(
        List.of(new Move(1, 1)), moves(List.of(0, 0, 0, 1), List.of(0.6, 0.2, 0.1, 0.4), 2));
  }

  @Test
  void whatBringsNothingStaysWhereItIs() {
    // One lane alone has a whole loop: another loop would have as much to do with it.
    assertEquals(List.of(), moves(List.of(0), List.of(1.0), 2));
    assertEquals(List.of(), moves(List.of(0, 1), List.of(1.0, 0.0), 2));
    // Loads that differ by less than what is measured from one second to the next.
    assertEquals(List.of(), moves(List.of(0, 0, 1), List.of(0.5, 0.05, 0.5), 2));
    // All have time to sleep.
    assertEquals(List.of(), moves(List.of(0, 0), List.of(0.2, 0.2), 2));
    assertEquals(List.of(), moves(List.of(0, 0), List.of(0.5, 0.5), 1));
    assertEquals(List.of(), moves(List.of(), List.of(), 2));
  }

  @Test
  void lanesThatBelongTogetherStay() {
    assertEquals(
        List.of(new Move(2, 1)),
        Balancer.moves(List.of(0, 0, 0), List.of(0.4, 0.3, 0.2), 2, lane -> lane == 2));
  }
}
