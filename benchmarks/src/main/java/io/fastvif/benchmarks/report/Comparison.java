package io.fastvif.benchmarks.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Two reports side by side: what became slower or faster by more than the runs' own spread
 * explains.
 *
 * <p>That is the case when every run of one report was slower than every run of the other, and the
 * medians are further apart than the runs of either report. With fewer than {@value #MIN_RUNS} runs
 * on either side it cannot be told. Latencies are one histogram each, without a spread, and are not
 * compared.
 *
 * <p>The exit status is about fastvif alone; the others' lines say whether the machine changed.
 */
public final class Comparison {
  /** Nothing of fastvif's became slower. */
  public static final int NOT_SLOWER = 0;

  /** Something of fastvif's became slower, or its figure is gone. */
  public static final int SLOWER = 1;

  /** No figure of fastvif's could be compared. */
  public static final int NOTHING_COMPARED = 2;

  private static final int MIN_RUNS = 3;

  /** What became of one figure. */
  public enum Verdict {
    /** More time than the spread explains. */
    SLOWER("slower"),
    /** Less time than the spread explains. */
    FASTER("faster"),
    /** No more different than the runs among themselves. */
    SAME("same"),
    /** Too few runs to know their spread. */
    UNKNOWN("too few runs"),
    /** There was no figure before. */
    NEW("new"),
    /** There is no figure any more. */
    GONE("gone");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * One figure in both reports.
   *
   * @param old before; null if it was not in that report
   * @param now after; null if it is not in that report
   * @param verdict what became of it
   */
  public record Change(Result old, Result now, Verdict verdict) {
    private Result any() {
      return now == null ? old : now;
    }
  }

  private final List<Change> changes = new ArrayList<>();

  private Comparison() {}

  /**
   * Compares.
   *
   * @param old before
   * @param now after
   * @return what changed
   */
  public static Comparison of(Report old, Report now) {
    Map<List<Object>, Result> before = byKey(old);
    Map<List<Object>, Result> after = byKey(now);
    Set<List<Object>> keys = new LinkedHashSet<>(after.keySet());
    keys.addAll(before.keySet());
    Comparison comparison = new Comparison();
    for (List<Object> key : keys) {
      comparison.add(before.get(key), after.get(key));
    }
    return comparison;
  }

  private static Map<List<Object>, Result> byKey(Report report) {
    Map<List<Object>, Result> results = new LinkedHashMap<>();
    for (Result result : report.results()) {
      results.put(
          List.of(result.workload(), result.operation(), result.vifs(), result.system()), result);
    }
    return results;
  }

  private void add(Result old, Result now) {
    boolean before = old != null && ResultTable.hasFigure(old);
    boolean after = now != null && ResultTable.hasFigure(now);
    if (before && after) {
      changes.add(new Change(old, now, verdict(old, now)));
    } else if (before || after) {
      changes.add(new Change(old, now, before ? Verdict.GONE : Verdict.NEW));
    }
  }

  private static Verdict verdict(Result old, Result now) {
    if (old.runs().size() < MIN_RUNS || now.runs().size() < MIN_RUNS) {
      return Verdict.UNKNOWN;
    }
    double difference = now.microsPerVif() - old.microsPerVif();
    if (Math.abs(difference) <= Math.max(spread(old), spread(now))) {
      return Verdict.SAME;
    }
    if (difference > 0) {
      return least(now) > greatest(old) ? Verdict.SLOWER : Verdict.SAME;
    }
    return greatest(now) < least(old) ? Verdict.FASTER : Verdict.SAME;
  }

  private static double spread(Result result) {
    return greatest(result) - least(result);
  }

  private static double least(Result result) {
    return Collections.min(result.runs());
  }

  private static double greatest(Result result) {
    return Collections.max(result.runs());
  }

  /**
   * Every figure that is in either report, in the newer one's order.
   *
   * @return what became of each
   */
  public List<Change> changes() {
    return Collections.unmodifiableList(changes);
  }

  /**
   * What a regression check ends with.
   *
   * @return {@link #SLOWER}, {@link #NOTHING_COMPARED} or {@link #NOT_SLOWER}
   */
  public int exitStatus() {
    boolean compared = false;
    for (Change change : changes) {
      if (change.any().system().equals(ResultTable.REFERENCE)) {
        if (change.verdict() == Verdict.SLOWER || change.verdict() == Verdict.GONE) {
          return SLOWER;
        }
        compared |= change.verdict() == Verdict.FASTER || change.verdict() == Verdict.SAME;
      }
    }
    return compared ? NOT_SLOWER : NOTHING_COMPARED;
  }

  /**
   * Every change as a line of a table in fixed columns.
   *
   * @return the table, each line ended with a newline
   */
  public String table() {
    TextTable table =
        new TextTable(
            "workload",
            "operation",
            ">VIFs",
            "system",
            ">old us/VIF",
            ">now us/VIF",
            ">change",
            "verdict");
    for (Change change : changes) {
      Result any = change.any();
      table.row(
          any.workload(),
          any.operation(),
          Figures.count(any.vifs()),
          any.system(),
          figure(change.old()),
          figure(change.now()),
          percent(change),
          change.verdict().toString());
    }
    return table.toString();
  }

  /** The median, and the runs' range in brackets. */
  private static String figure(Result result) {
    if (result == null || !ResultTable.hasFigure(result)) {
      return Figures.NONE;
    }
    String median = Figures.micros(result.microsPerVif());
    return result.runs().isEmpty()
        ? median
        : median
            + " ("
            + Figures.micros(least(result))
            + ".."
            + Figures.micros(greatest(result))
            + ")";
  }

  private static String percent(Change change) {
    if (change.verdict() == Verdict.NEW || change.verdict() == Verdict.GONE) {
      return Figures.NONE;
    }
    double ratio = change.now().microsPerVif() / change.old().microsPerVif();
    return String.format(Locale.ROOT, "%+.1f %%", 100 * (ratio - 1));
  }
}
