package io.fastvif.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A golden page, and what could break a table. */
class MarkdownReportTest {
  @Test
  void tables() {
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("kernel", "6.18.0");
    machine.put("JDK", "25.0.3");
    List<Result> results =
        List.of(
            SampleReport.result("fastvif", "plug", 1, List.of(1200.0, 1250.0, 1100.0), 50),
            SampleReport.result("fastvif", "plug", 1000, List.of(510.0, 520.0, 505.0), 1000),
            SampleReport.result("ip-batch", "plug", 1, List.of(1100.0, 1190.0, 1000.0), 50),
            new Result(
                "veth on a bridge", "ip-batch", "plug", 1000, 4450, List.of(4450.0), null, null),
            new Result(
                "veth on a bridge", "os-vif", "plug", 1, Double.NaN, List.of(), null, "no *root*"));
    assertEquals(
        """
        # Plugging VIFs: a comparison

        | machine | |
        | --- | --- |
        | kernel | 6.18.0 |
        | JDK | 25.0.3 |

        ## Plug: veth on a bridge

        Microseconds per VIF, the median of the runs; less is better, and the least is bold.
        In brackets: how many times fastvif's time.

        | system | 1 VIF | 1,000 VIFs |
        | --- | ---: | ---: |
        | fastvif | 1,200 | **510** |
        | ip-batch | **1,100** (0.92×) | 4,450 (8.73×) |
        | os-vif | – | – |

        No figure:

        - os-vif at 1 VIF: no \\*root\\*

        Latency of single operations, in microseconds:

        | VIFs | system | operations | p50 | p99 | p99.9 | max |
        | ---: | --- | ---: | ---: | ---: | ---: | ---: |
        | 1 | fastvif | 50 | 1,224 | 2,280 | 7,200 | 10,800 |
        | 1 | ip-batch | 50 | 1,122 | 2,090 | 6,600 | 9,900 |
        | 1,000 | fastvif | 1,000 | 520 | 969 | 3,060 | 4,590 |

        ## Notes

        - One machine.
        """,
        ReportWriter.markdown(new Report(machine, results, List.of("One machine."))));
  }

  @Test
  void warnsBesideRatiosOfAMachineThatWasNotQuiet() {
    Report quiet = SampleReport.make();
    Map<String, String> machine = new LinkedHashMap<>(quiet.machine());
    machine.put(Report.NOT_QUIET, "others used it");
    Report report = new Report(machine, quiet.results(), quiet.notes());
    String warning = "The machine was not quiet (others used it)";
    for (String text : List.of(ReportWriter.markdown(report), ReportWriter.html(report))) {
      assertTrue(text.indexOf(warning) > 0, text);
      assertTrue(text.indexOf(warning) < text.indexOf("ip-batch"), "after the first figures");
    }
    assertFalse(ReportWriter.markdown(quiet).contains("not quiet"));
    assertFalse(ReportWriter.html(quiet).contains("not quiet"));
  }

  @Test
  void valuesAreNoMarkup() {
    String markdown =
        ReportWriter.markdown(
            new Report(
                Map.of("a|b", "<b>&\n`c`"), List.of(), List.of("[x](y) _z_ \\ ~ # $1 \\$0")));
    assertTrue(markdown.contains("| a\\|b | &lt;b>&amp; \\`c\\` |"), markdown);
    assertTrue(markdown.contains("- \\[x\\](y) \\_z\\_ \\\\ \\~ \\# $1 \\\\$0\n"), markdown);
  }

  @Test
  void figuresHaveThreeDigitsOrSo() {
    assertEquals("12,346", Figures.micros(12345.6));
    assertEquals("123", Figures.micros(123.4));
    assertEquals("12.3", Figures.micros(12.34));
    assertEquals("1.23", Figures.micros(1.234));
    assertEquals("–", Figures.micros(Double.NaN));
    assertEquals("–", Figures.micros(Double.POSITIVE_INFINITY));
  }
}
