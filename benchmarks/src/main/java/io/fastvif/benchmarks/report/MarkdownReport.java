package io.fastvif.benchmarks.report;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The report as Markdown: one table for each operation, one for the latencies. */
final class MarkdownReport {
  private static final Pattern SPECIAL = Pattern.compile("[\\\\`*_\\[\\]|#~]");

  private final Report report;
  private final StringBuilder out = new StringBuilder();

  MarkdownReport(Report report) {
    this.report = report;
  }

  String text() {
    line("# Plugging VIFs: a comparison").line("");
    machine();
    List<ResultTable> tables = ResultTable.of(report);
    for (ResultTable table : tables) {
      line("## " + escape(table.title())).line("");
      figures(table);
      latencies(table);
    }
    if (!report.notes().isEmpty()) {
      line("## Notes").line("");
      report.notes().forEach(note -> line("- " + escape(note)));
      line("");
    }
    out.setLength(out.length() - 1); // the last section's empty line
    return out.toString();
  }

  private void machine() {
    if (report.machine().isEmpty()) {
      return;
    }
    line("| machine | |").line("| --- | --- |");
    report.machine().forEach((name, value) -> row(escape(name), escape(value)));
    line("");
  }

  private void figures(ResultTable table) {
    line("Microseconds per VIF, the median of the runs; less is better, and the least is bold.");
    line("In brackets: how many times " + ResultTable.REFERENCE + "'s time.").line("");
    report.warning().ifPresent(warning -> line("**" + escape(warning) + "**").line(""));
    StringBuilder head = new StringBuilder("| system |");
    StringBuilder rule = new StringBuilder("| --- |");
    for (int vifs : table.sizes()) {
      head.append(' ').append(Figures.vifs(vifs)).append(" |");
      rule.append(" ---: |");
    }
    line(head.toString()).line(rule.toString());
    for (String system : table.systems()) {
      String[] cells = new String[table.sizes().size() + 1];
      cells[0] = escape(system);
      for (int i = 1; i < cells.length; i++) {
        cells[i] = cell(table, table.cell(system, table.sizes().get(i - 1)));
      }
      row(cells);
    }
    line("");
    if (!table.problems().isEmpty()) {
      line("No figure:").line("");
      table.problems().forEach(problem -> line("- " + escape(problem)));
      line("");
    }
  }

  private static String cell(ResultTable table, Result result) {
    if (result == null || !ResultTable.hasFigure(result)) {
      return Figures.NONE;
    }
    String figure = Figures.micros(result.microsPerVif());
    String shown = table.isBest(result) ? "**" + figure + "**" : figure;
    double ratio = table.ratio(result);
    return result.system().equals(ResultTable.REFERENCE) || Double.isNaN(ratio)
        ? shown
        : shown + " (" + Figures.times(ratio) + ")";
  }

  private void latencies(ResultTable table) {
    if (table.sizes().stream().allMatch(vifs -> table.latencies(vifs).isEmpty())) {
      return;
    }
    line("Latency of single operations, in microseconds:").line("");
    report.warning().ifPresent(warning -> line("**" + escape(warning) + "**").line(""));
    line("| VIFs | system | operations | p50 | p99 | p99.9 | max |");
    line("| ---: | --- | ---: | ---: | ---: | ---: | ---: |");
    for (int vifs : table.sizes()) {
      for (Result result : table.latencies(vifs)) {
        Latency latency = result.latency();
        row(
            Figures.count(vifs),
            escape(result.system()),
            Figures.count(latency.count()),
            Figures.micros(latency.p50()),
            Figures.micros(latency.p99()),
            Figures.micros(latency.p999()),
            Figures.micros(latency.max()));
      }
    }
    line("");
  }

  private void row(String... cells) {
    line("| " + String.join(" | ", cells) + " |");
  }

  private MarkdownReport line(String text) {
    out.append(text).append('\n');
    return this;
  }

  /** Text that means nothing to Markdown, nor to the HTML that is made of it. */
  private static String escape(String text) {
    String plain = text.replaceAll("\\s+", " ").replace("&", "&amp;").replace("<", "&lt;");
    return SPECIAL
        .matcher(plain)
        .replaceAll(found -> Matcher.quoteReplacement("\\" + found.group()));
  }
}
