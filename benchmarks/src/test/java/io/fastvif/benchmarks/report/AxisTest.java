package io.fastvif.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Values stand where they should, and few enough of them are written. */
class AxisTest {
  @Test
  void linearBeginsAtZero() {
    Axis axis = Axis.linear(4700, 100, 300);
    assertEquals(List.of(0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0), axis.ticks());
    assertEquals(100, axis.at(0));
    assertEquals(200, axis.at(2500));
    assertEquals(300, axis.at(5000));
  }

  @Test
  void linearOfSmallAndNoValues() {
    assertEquals(List.of(0.0, 0.5, 1.0, 1.5), Axis.linear(1.2, 0, 1).ticks());
    assertEquals(0.0, Axis.linear(0, 0, 1).at(0));
  }

  @Test
  void logarithmicShowsTheLeastValue() {
    Axis axis = Axis.logarithmic(500, 35_000, 0, 100);
    assertTrue(axis.at(500) > 5, () -> "a bar of " + axis.at(500));
    assertTrue(axis.at(35_000) < 100);
    assertEquals(axis.at(5000) - axis.at(500), axis.at(20_000) - axis.at(2000), 1e-9);
    assertEquals(List.of(300.0, 1000.0, 3000.0, 10_000.0, 30_000.0), axis.ticks());
  }

  @Test
  void logarithmicOfManyDecadesHasDecadesOnly() {
    Axis axis = Axis.logarithmic(15, 900_000, 0, 100);
    assertEquals(List.of(10.0, 100.0, 1000.0, 10_000.0, 100_000.0, 1_000_000.0), axis.ticks());
    assertEquals(0, axis.at(10), 1e-9);
    assertEquals(100, axis.at(1_000_000), 1e-9);
  }

  @Test
  void logarithmicOfOneValueHasADecade() {
    assertEquals(List.of(50.0, 100.0, 200.0, 500.0), Axis.logarithmic(80, 80, 0, 1).ticks());
  }

  @Test
  void whatIsOutsideStandsAtTheEnd() {
    Axis axis = Axis.logarithmic(100, 1000, 200, 20);
    assertEquals(200, axis.at(0));
    assertEquals(20, axis.at(1e9));
  }
}
