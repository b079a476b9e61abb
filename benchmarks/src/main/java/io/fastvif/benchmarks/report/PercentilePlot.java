package io.fastvif.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Latencies by percentile, a line for each system. The horizontal axis is HdrHistogram's: 1/(1-p),
 * logarithmic, so that each further nine of the percentile has the same room.
 */
final class PercentilePlot {
  private static final double WIDTH = 420;
  private static final double HEIGHT = 280;
  private static final double LEFT = 46;
  private static final double RIGHT = 322;
  private static final double TOP = 12;
  private static final double BOTTOM = 232;
  private static final double LABELS = RIGHT + 22;
  private static final double LABEL_HEIGHT = 15;
  private static final double PER_CENT = 100;

  /** With more, 50 % would cover 0 %. */
  private static final double MAX_NINES_WITH_MEDIAN = 2.5;

  private final ResultTable table;
  private final int vifs;
  private final Palette palette;
  private final List<Line> lines = new ArrayList<>();
  private final double nines;
  private final Axis axis;

  /** A system's line; the label's place is found when all lines are known. */
  private static final class Line {
    final String system;
    final Latency latency;
    final List<Point> points;
    double labelY;

    Line(String system, Latency latency) {
      this.system = system;
      this.latency = latency;
      points = points(latency);
    }
  }

  /** A plot of a column that has at least one latency. */
  PercentilePlot(ResultTable table, int vifs, Palette palette) {
    this.table = table;
    this.vifs = vifs;
    this.palette = palette;
    double most = 1;
    double least = Double.MAX_VALUE;
    double greatest = 0;
    for (Result result : table.latencies(vifs)) {
      Line line = new Line(result.system(), result.latency());
      for (Point point : line.points) {
        most = Math.max(most, nines(point, result.latency()));
        least = Math.min(least, point.micros());
        greatest = Math.max(greatest, point.micros());
      }
      lines.add(line);
    }
    nines = most;
    axis =
        greatest == 0
            ? Axis.linear(1, BOTTOM, TOP)
            : Axis.logarithmic(least, greatest, BOTTOM, TOP);
  }

  /** What can stand on a logarithmic axis; the few percentiles that are known, if not all are. */
  private static List<Point> points(Latency latency) {
    List<Point> all =
        latency.percentiles().isEmpty()
            ? List.of(
                new Point(50, latency.p50()),
                new Point(99, latency.p99()),
                new Point(99.9, latency.p999()),
                new Point(100, latency.max()))
            : latency.percentiles();
    return all.stream()
        .filter(point -> Double.isFinite(point.micros()) && point.micros() > 0)
        .sorted(Comparator.comparingDouble(Point::percentile))
        .toList();
  }

  /** log10(1/(1-p)); the last of n operations stands at 1-1/n, not at infinity. */
  private static double nines(Point point, Latency latency) {
    double last = Math.log10((double) Math.max(2, latency.count()));
    double above = 1 - point.percentile() / PER_CENT;
    return above <= 0 ? last : Math.clamp(-Math.log10(above), 0, last);
  }

  /** Adds it to a page. */
  void write(Xml out) {
    out.begin("svg", "viewBox", "0 0 " + (int) WIDTH + " " + (int) HEIGHT, "role", "img");
    out.element(
            "title",
            table.title() + ", " + Figures.vifs(vifs) + ": latency in microseconds by percentile")
        .newLine();
    grid(out);
    lines.removeIf(line -> line.points.isEmpty());
    placeLabels();
    for (Line line : lines) {
      write(out, line);
    }
    out.end("svg").newLine();
  }

  private double x(double nine) {
    return LEFT + nine / nines * (RIGHT - LEFT);
  }

  private void grid(Xml out) {
    for (double tick : axis.ticks()) {
      double y = axis.at(tick);
      out.empty("line", "class", "grid", "x1", LEFT, "x2", RIGHT, "y1", y, "y2", y);
      out.element("text", Ticks.label(tick), "class", "name tick-y", "x", LEFT - 6, "y", y + 4);
    }
    for (int nine = 0; nine <= nines; nine++) {
      percentile(out, nine, Ticks.percentile(nine));
    }
    if (nines <= MAX_NINES_WITH_MEDIAN) {
      percentile(out, Math.log10(2), "50 %");
    }
    out.element(
        "text",
        "percentile of operations; vertical: µs, logarithmic",
        "class",
        "tick",
        "x",
        (LEFT + RIGHT) / 2,
        "y",
        BOTTOM + 36);
    out.newLine();
  }

  private void percentile(Xml out, double nine, String label) {
    double x = x(nine);
    out.empty("line", "class", "grid", "x1", x, "x2", x, "y1", TOP, "y2", BOTTOM);
    out.element("text", label, "class", "tick", "x", x, "y", BOTTOM + 16);
  }

  /** Names stand where the lines end, and are moved apart where they would cover each other. */
  private void placeLabels() {
    List<Line> byHeight = new ArrayList<>(lines);
    byHeight.sort(Comparator.comparingDouble(this::endY));
    double next = TOP;
    for (Line line : byHeight) {
      line.labelY = Math.max(next, endY(line));
      next = line.labelY + LABEL_HEIGHT;
    }
    double limit = BOTTOM;
    for (Line line : byHeight.reversed()) {
      line.labelY = Math.min(line.labelY, limit);
      limit = line.labelY - LABEL_HEIGHT;
    }
  }

  private double endY(Line line) {
    return axis.at(line.points.getLast().micros());
  }

  private void write(Xml out, Line line) {
    StringBuilder points = new StringBuilder();
    for (Point point : line.points) {
      points.append(
          String.format(
              Locale.ROOT, "%.1f,%.1f ", x(nines(point, line.latency)), axis.at(point.micros())));
    }
    double endX = x(nines(line.points.getLast(), line.latency));
    String style = palette.styleClass(line.system);
    out.empty(
        "polyline",
        "class",
        "line " + style,
        "stroke-dasharray",
        palette.dashes(line.system),
        "points",
        points.toString().trim());
    out.empty("circle", "class", "end " + style, "cx", endX, "cy", endY(line), "r", 3.0);
    out.empty(
        "line",
        "class",
        "leader",
        "x1",
        endX + 4,
        "x2",
        LABELS - 3,
        "y1",
        endY(line),
        "y2",
        line.labelY);
    out.element("text", line.system, "class", "value", "x", LABELS, "y", line.labelY + 4).newLine();
  }
}
