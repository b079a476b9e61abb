package io.fastvif.benchmarks.report;

import java.util.Collections;
import java.util.List;

/** One bar for each system: the median, with a line from the fastest run to the slowest. */
final class BarChart {
  private static final double WIDTH = 420;
  private static final double LEFT = 84;
  private static final double RIGHT = 296;
  private static final double ROW = 28;
  private static final double BAR = 16;
  private static final double CAP = 4;
  private static final double GAP = 7;
  private static final double AXIS = 42;

  /** Beyond this ratio the short bars of a linear scale can no longer be told apart. */
  private static final double MAX_LINEAR_RATIO = 20;

  private final ResultTable table;
  private final int vifs;
  private final Palette palette;
  private final Axis axis;
  private final double bottom;

  /** A chart of a column that has at least one figure. */
  BarChart(ResultTable table, int vifs, Palette palette) {
    this.table = table;
    this.vifs = vifs;
    this.palette = palette;
    bottom = ROW * table.systems().size() + GAP;
    axis = axis(table.figures(vifs));
  }

  private static Axis axis(List<Result> figures) {
    double least = figures.stream().mapToDouble(Result::microsPerVif).min().orElseThrow();
    double greatest = figures.stream().mapToDouble(figure -> slowest(figure)).max().orElseThrow();
    return least > 0 && greatest / least > MAX_LINEAR_RATIO
        ? Axis.logarithmic(least, greatest, LEFT, RIGHT)
        : Axis.linear(greatest, LEFT, RIGHT);
  }

  private static double slowest(Result figure) {
    return figure.runs().isEmpty()
        ? figure.microsPerVif()
        : Math.max(figure.microsPerVif(), Collections.max(figure.runs()));
  }

  /** Adds it to a page. */
  void write(Xml out) {
    String title = table.title() + ", " + Figures.vifs(vifs) + ": microseconds per VIF";
    double height = bottom + AXIS;
    out.begin("svg", "viewBox", "0 0 " + (int) WIDTH + " " + (int) height, "role", "img");
    out.element("title", title).newLine();
    grid(out);
    int row = 0;
    for (String system : table.systems()) {
      row(out, system, table.cell(system, vifs), ROW * row + ROW / 2 + GAP / 2);
      row++;
    }
    out.end("svg").newLine();
  }

  private void grid(Xml out) {
    for (double tick : axis.ticks()) {
      double x = axis.at(tick);
      out.empty("line", "class", "grid", "x1", x, "x2", x, "y1", 0.0, "y2", bottom);
      out.element("text", Ticks.label(tick), "class", "tick", "x", x, "y", bottom + 15);
    }
    out.element(
        "text",
        "µs per VIF" + (axis.isLogarithmic() ? ", logarithmic scale" : ""),
        "class",
        "tick",
        "x",
        (LEFT + RIGHT) / 2,
        "y",
        bottom + 34);
    out.newLine();
  }

  private void row(Xml out, String system, Result result, double y) {
    out.element("text", system, "class", "name", "x", LEFT - 8, "y", y + 4);
    if (result == null || !ResultTable.hasFigure(result)) {
      out.element("text", "no figure", "class", "missing", "x", LEFT + GAP, "y", y + 4).newLine();
      return;
    }
    double end = axis.at(result.microsPerVif());
    out.empty(
        "rect",
        "class",
        "bar " + palette.styleClass(system),
        "x",
        LEFT,
        "y",
        y - BAR / 2,
        "width",
        Math.max(1.0, end - LEFT),
        "height",
        BAR);
    if (result.runs().size() > 1) {
      spread(out, result.runs(), y);
    }
    double ratio = table.ratio(result);
    String value = Figures.micros(result.microsPerVif()) + " µs";
    boolean reference = system.equals(ResultTable.REFERENCE) || Double.isNaN(ratio);
    out.begin(
        "text",
        "class",
        table.isBest(result) ? "value best" : "value",
        "x",
        Math.max(end, axis.at(slowest(result))) + GAP,
        "y",
        y + 4);
    out.text(value);
    if (!reference) {
      out.element("tspan", " " + Figures.times(ratio), "class", "ratio");
    }
    out.end("text").newLine();
  }

  private void spread(Xml out, List<Double> runs, double y) {
    double from = axis.at(Collections.min(runs));
    double to = axis.at(Collections.max(runs));
    out.empty("line", "class", "spread", "x1", from, "x2", to, "y1", y, "y2", y);
    for (double x : new double[] {from, to}) {
      out.empty("line", "class", "spread", "x1", x, "x2", x, "y1", y - CAP, "y2", y + CAP);
    }
  }
}
