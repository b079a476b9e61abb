package io.fastvif.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The page is well-formed and needs nothing else, and shows the figures that it was given. */
class HtmlReportTest {
  private final Report report = SampleReport.make();
  private final Document page = parse(ReportWriter.html(report));

  private static Document parse(String html) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      return factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    } catch (Exception notWellFormed) {
      throw new AssertionError(notWellFormed);
    }
  }

  private static List<Element> elements(Document document, String name, String styleClass) {
    List<Element> found = new ArrayList<>();
    NodeList nodes = document.getElementsByTagName(name);
    for (int i = 0; i < nodes.getLength(); i++) {
      Element element = (Element) nodes.item(i);
      String classes = " " + element.getAttribute("class") + " ";
      if (styleClass.isEmpty() || classes.contains(" " + styleClass + " ")) {
        found.add(element);
      }
    }
    return found;
  }

  private static List<String> texts(Document document, String name, String styleClass) {
    return elements(document, name, styleClass).stream()
        .map(element -> element.getTextContent().strip())
        .toList();
  }

  @Test
  void machineIsAtTheTop() {
    assertEquals(List.of("processor", "kernel", "JDK", "fastvif"), texts(page, "dt", ""));
    assertTrue(texts(page, "dd", "").contains("6.18.0 #1 SMP <example>"));
  }

  @Test
  void pageNeedsNothingElse() {
    String html = ReportWriter.html(report);
    assertFalse(html.contains("<script"));
    assertFalse(html.contains("<link"));
    assertFalse(html.contains("url("));
    assertFalse(html.contains("@import"));
    assertEquals(0, page.getElementsByTagName("img").getLength());
    String hosts = html.replace("xmlns=\"http://www.w3.org/1999/xhtml\"", "");
    assertFalse(hosts.contains("://"));
    assertTrue(html.contains("prefers-color-scheme: dark"));
  }

  @Test
  void leastIsMarkedWhoeverIsIt() {
    List<String> best = texts(page, "td", "best");
    assertTrue(best.contains("★ 4800.94×"), best::toString); // the floor's plug
    assertTrue(best.contains("★ 600"), best::toString); // fastvif's unplug: no ratio to itself
    assertFalse(best.contains("★ 510"), best::toString);
    List<String> cells = texts(page, "td", "number");
    assertTrue(cells.contains("4,3008.43×"), cells::toString);
  }

  @Test
  void everySizeHasItsChartsAndEverySystemItsBar() {
    assertEquals(16, elements(page, "svg", "").size()); // 2 operations, 4 sizes, bars and plots
    assertEquals(4 * 6 + 4 * 3, elements(page, "rect", "bar").size());
    assertEquals(4 * 6 + 4 * 3, elements(page, "polyline", "line").size());
    assertEquals(4, texts(page, "text", "missing").size());
  }

  @Test
  void barsAreAsLongAsTheTimes() {
    // Plug of one VIF: 510 and 480 on a linear axis.
    List<Element> bars = elements(page, "rect", "bar");
    double fastvif = Double.parseDouble(bars.get(0).getAttribute("width"));
    double floor = Double.parseDouble(bars.get(1).getAttribute("width"));
    assertEquals(510.0 / 480, fastvif / floor, 0.01);
  }

  @Test
  void greatRatiosAreOnALogarithmicScale() {
    long logarithmic =
        texts(page, "text", "tick").stream()
            .filter("µs per VIF, logarithmic scale"::equals)
            .count();
    assertEquals(1 + 4, logarithmic); // plug of 4,000 VIFs; every unplug
  }

  @Test
  void problemsAreNamed() {
    assertTrue(
        texts(page, "li", "")
            .contains(
                "os-vif at 1, 100, 1,000 and 4,000 VIFs: not installed: apt-get install"
                    + " python3-os-vif"));
  }

  @Test
  void valuesAreNoMarkup() {
    String evil = "</style><script>alert(1)</script>\"'&\u0000\ud800\uffff";
    Result figure = new Result(evil, evil, evil, 1, 5, List.of(4.0, 5.0, 6.0), null, null);
    Result problem = new Result(evil, "x", evil, 1, Double.NaN, List.of(), null, evil);
    String html =
        ReportWriter.html(new Report(Map.of(evil, evil), List.of(figure, problem), List.of(evil)));
    Document parsed = parse(html);
    assertEquals(0, parsed.getElementsByTagName("script").getLength());
    String shown = "</style><script>alert(1)</script>\"'&\ufffd\ufffd\ufffd";
    assertEquals(List.of(shown), texts(parsed, "dd", ""));
    assertTrue(texts(parsed, "li", "").contains(shown));
  }

  @Test
  void reportWithoutFiguresIsAPageToo() {
    parse(ReportWriter.html(new Report(Map.of(), List.of(), List.of())));
    Result problem = new Result("", "ip", "plug", 1, Double.NaN, List.of(), null, "none");
    Document parsed = parse(ReportWriter.html(new Report(Map.of(), List.of(problem), List.of())));
    assertEquals(0, parsed.getElementsByTagName("svg").getLength());
    assertEquals(List.of("–"), texts(parsed, "td", "number"));
  }

  @Test
  void latencyWithoutDistributionIsPlottedFromItsPercentiles() {
    Latency latency = new Latency(10_000, 10, 20, 30, 40, List.of());
    Result result = new Result("", "fastvif", "plug", 1, 10, List.of(10.0), latency, null);
    Document parsed = parse(ReportWriter.html(new Report(Map.of(), List.of(result), List.of())));
    Element line = elements(parsed, "polyline", "line").getFirst();
    assertEquals(4, line.getAttribute("points").split(" ").length);
    List<String> ticks = texts(parsed, "text", "tick");
    assertTrue(
        ticks.containsAll(List.of("0 %", "90 %", "99 %", "99.9 %", "99.99 %")), ticks::toString);
  }
}
