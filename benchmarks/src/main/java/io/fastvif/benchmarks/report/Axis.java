package io.fastvif.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** Where values stand on one side of a chart, and which of them are written there. */
final class Axis {
  private static final double[] STEPS = {1, 2, 5, 10};
  private static final int MAX_LINEAR_TICKS = 5;
  private static final double[] COARSE_STEPS = {1, 3, 10};
  private static final double[] DECADES = {1, 10};
  private static final double DECADES_WITH_STEPS = 1.3;
  private static final double DECADES_WITH_COARSE_STEPS = 2.7;
  private static final double ROOM = 1.25;
  private static final double TOLERANCE = 1e-9;

  private final double from;
  private final double to;
  private final boolean logarithmic;
  private final double fromPixel;
  private final double toPixel;

  private Axis(double from, double to, boolean logarithmic, double fromPixel, double toPixel) {
    this.from = from;
    this.to = to;
    this.logarithmic = logarithmic;
    this.fromPixel = fromPixel;
    this.toPixel = toPixel;
  }

  /** From zero to the greatest value or a little more. */
  static Axis linear(double greatest, double fromPixel, double toPixel) {
    double end = greatest > 0 ? greatest : 1;
    double step = step(end);
    return new Axis(0, step * Math.ceil(end / step - TOLERANCE), false, fromPixel, toPixel);
  }

  /** From below the least positive value, so that its bar can be seen, to the greatest or more. */
  static Axis logarithmic(double least, double greatest, double fromPixel, double toPixel) {
    double from = below(least / ROOM);
    return new Axis(from, Math.max(above(greatest), 10 * from), true, fromPixel, toPixel);
  }

  /** Whether it is logarithmic. */
  boolean isLogarithmic() {
    return logarithmic;
  }

  /** The pixel of a value; those outside the axis stand at its ends. */
  double at(double value) {
    double inside = Math.clamp(value, from, to);
    double part =
        logarithmic
            ? (Math.log10(inside) - Math.log10(from)) / (Math.log10(to) - Math.log10(from))
            : (inside - from) / (to - from);
    return fromPixel + part * (toPixel - fromPixel);
  }

  /** The values to write, ascending. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (!logarithmic) {
      double step = step(to);
      for (int i = 0; i * step <= to * (1 + TOLERANCE); i++) {
        ticks.add(i * step);
      }
      return ticks;
    }
    double[] steps = logarithmicSteps();
    for (double decade = decade(from); decade <= to * (1 + TOLERANCE); decade *= 10) {
      for (int i = 0; i < steps.length - 1; i++) {
        double tick = decade * steps[i];
        if (tick >= from * (1 - TOLERANCE) && tick <= to * (1 + TOLERANCE)) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  /** As many as can be written beside each other. */
  private double[] logarithmicSteps() {
    double decades = Math.log10(to / from);
    if (decades <= DECADES_WITH_STEPS) {
      return STEPS;
    }
    return decades <= DECADES_WITH_COARSE_STEPS ? COARSE_STEPS : DECADES;
  }

  private static double step(double end) {
    double decade = decade(end / MAX_LINEAR_TICKS);
    for (double step : STEPS) {
      if (end / (step * decade) <= MAX_LINEAR_TICKS + TOLERANCE) {
        return step * decade;
      }
    }
    throw new IllegalArgumentException("an axis to " + end);
  }

  /** 10, 20, 50, 100, ...: the last that is not above the value. */
  private static double below(double value) {
    double decade = decade(value);
    double found = decade;
    for (double step : STEPS) {
      if (step * decade <= value * (1 + TOLERANCE)) {
        found = step * decade;
      }
    }
    return found;
  }

  private static double above(double value) {
    double decade = decade(value);
    for (double step : STEPS) {
      if (step * decade >= value * (1 - TOLERANCE)) {
        return step * decade;
      }
    }
    throw new IllegalArgumentException("an axis to " + value);
  }

  private static double decade(double value) {
    return Math.pow(10, Math.floor(Math.log10(value) + TOLERANCE));
  }
}
