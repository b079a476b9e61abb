package io.fastvif.benchmarks.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.ToDoubleFunction;

/** The report as one HTML page, which is well-formed XML too. */
final class HtmlReport {
  private static final String TITLE = "Plugging VIFs: a comparison";
  private static final String STYLE = "report.css";

  private final Report report;
  private final Palette palette;
  private final Xml out = new Xml();

  HtmlReport(Report report) {
    this.report = report;
    palette = new Palette(report);
  }

  String page() {
    out.raw("<!DOCTYPE html>\n");
    out.begin("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml").newLine();
    head();
    out.begin("body").newLine().begin("main").newLine().element("h1", TITLE).newLine();
    machine();
    reading();
    for (ResultTable table : ResultTable.of(report)) {
      section(table);
    }
    notes();
    out.end("main").newLine().end("body").newLine().end("html").newLine();
    return out.toString();
  }

  private void head() {
    out.begin("head").newLine();
    out.empty("meta", "charset", "utf-8").newLine();
    // Whatever a value might contain, the page loads nothing and runs nothing.
    out.empty(
            "meta",
            "http-equiv",
            "Content-Security-Policy",
            "content",
            "default-src 'none'; style-src 'unsafe-inline'")
        .newLine();
    out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    out.newLine().element("title", TITLE).newLine();
    out.begin("style").newLine().raw(style()).end("style").newLine();
    out.end("head").newLine();
  }

  private static String style() {
    try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private void machine() {
    if (report.machine().isEmpty()) {
      return;
    }
    out.begin("dl").newLine();
    report
        .machine()
        .forEach(
            (name, value) ->
                out.begin("div").element("dt", name).element("dd", value).end("div").newLine());
    out.end("dl").newLine();
  }

  private void reading() {
    out.begin("p", "class", "reading");
    out.text(
        "Times are in microseconds (µs), and less is better. ★ marks the least of each column.");
    out.text(" The ratio beside a time says how many times " + ResultTable.REFERENCE + "'s it is:");
    out.text(
        " below 1× the other was faster. In the bar charts the bar is the median of the runs,");
    out.text(" and the line over it goes from the fastest run to the slowest.");
    out.end("p").newLine();
  }

  private void section(ResultTable table) {
    out.begin("section").newLine().element("h2", table.title()).newLine();
    report.warning().ifPresent(warning -> out.element("p", warning, "class", "problem").newLine());
    figures(table);
    if (!table.problems().isEmpty()) {
      out.element("p", "No figure:", "class", "reading").begin("ul").newLine();
      table.problems().forEach(problem -> out.element("li", problem).newLine());
      out.end("ul").newLine();
    }
    charts(table);
    latencies(table);
    out.end("section").newLine();
  }

  private void figures(ResultTable table) {
    out.begin("div", "class", "wide").newLine().begin("table").newLine();
    out.element("caption", "Time per VIF in µs, median of the runs").newLine();
    out.begin("thead").begin("tr").element("th", "system", "scope", "col");
    for (int vifs : table.sizes()) {
      out.element("th", Figures.vifs(vifs), "scope", "col", "class", "number");
    }
    out.end("tr").end("thead").newLine().begin("tbody").newLine();
    for (String system : table.systems()) {
      out.begin("tr").element("th", system, "scope", "row");
      for (int vifs : table.sizes()) {
        Result result = table.cell(system, vifs);
        if (result == null || !ResultTable.hasFigure(result)) {
          cell(Double.NaN, false, Double.NaN);
        } else {
          cell(result.microsPerVif(), table.isBest(result), ratio(system, table.ratio(result)));
        }
      }
      out.end("tr").newLine();
    }
    out.end("tbody").end("table").end("div").newLine();
  }

  private static double ratio(String system, double ratio) {
    return system.equals(ResultTable.REFERENCE) ? Double.NaN : ratio;
  }

  private void cell(double micros, boolean best, double ratio) {
    out.begin("td", "class", best ? "number best" : "number");
    out.text(best ? "★ " + Figures.micros(micros) : Figures.micros(micros));
    // Empty where there is no ratio, so that the times stay below each other.
    out.element("span", Double.isNaN(ratio) ? "" : Figures.times(ratio), "class", "ratio");
    out.end("td");
  }

  private void charts(ResultTable table) {
    out.begin("div", "class", "charts").newLine();
    for (int vifs : table.sizes()) {
      if (!table.figures(vifs).isEmpty()) {
        out.begin("figure").element("figcaption", Figures.vifs(vifs)).newLine();
        new BarChart(table, vifs, palette).write(out);
        out.end("figure").newLine();
      }
    }
    out.end("div").newLine();
  }

  private void latencies(ResultTable table) {
    if (table.sizes().stream().allMatch(vifs -> table.latencies(vifs).isEmpty())) {
      return;
    }
    out.element("h3", "Latency of single operations").newLine();
    out.begin("div", "class", "wide").newLine().begin("table").newLine();
    out.element("caption", "Latency in µs").newLine().begin("thead").begin("tr");
    out.element("th", "system", "scope", "col");
    out.element("th", "operations", "scope", "col", "class", "count");
    for (String column : new String[] {"p50", "p99", "p99.9", "max"}) {
      out.element("th", column, "scope", "col", "class", "number");
    }
    out.end("tr").end("thead").newLine();
    for (int vifs : table.sizes()) {
      if (!table.latencies(vifs).isEmpty()) {
        latencies(table, vifs);
      }
    }
    out.end("table").end("div").newLine();
    out.begin("div", "class", "charts").newLine();
    for (int vifs : table.sizes()) {
      if (!table.latencies(vifs).isEmpty()) {
        out.begin("figure");
        out.element("figcaption", Figures.vifs(vifs) + ": latency by percentile").newLine();
        new PercentilePlot(table, vifs, palette).write(out);
        out.end("figure").newLine();
      }
    }
    out.end("div").newLine();
  }

  private void latencies(ResultTable table, int vifs) {
    out.begin("tbody").newLine().begin("tr", "class", "group");
    out.element("th", Figures.vifs(vifs), "colspan", 6, "scope", "rowgroup").end("tr").newLine();
    for (Result result : table.latencies(vifs)) {
      out.begin("tr").element("th", result.system(), "scope", "row");
      out.element("td", Figures.count(result.latency().count()), "class", "count");
      latency(table, result, Latency::p50);
      latency(table, result, Latency::p99);
      latency(table, result, Latency::p999);
      latency(table, result, Latency::max);
      out.end("tr").newLine();
    }
    out.end("tbody").newLine();
  }

  private void latency(ResultTable table, Result result, ToDoubleFunction<Latency> of) {
    double micros = of.applyAsDouble(result.latency());
    double least = Double.POSITIVE_INFINITY;
    double reference = Double.NaN;
    for (Result other : table.latencies(result.vifs())) {
      double time = of.applyAsDouble(other.latency());
      least = time < least ? time : least;
      if (other.system().equals(ResultTable.REFERENCE)) {
        reference = time;
      }
    }
    cell(micros, micros <= least, ratio(result.system(), micros / reference));
  }

  private void notes() {
    if (report.notes().isEmpty()) {
      return;
    }
    out.begin("section").newLine().element("h2", "Notes").newLine().begin("ul").newLine();
    report.notes().forEach(note -> out.element("li", note).newLine());
    out.end("ul").newLine().end("section").newLine();
  }
}
