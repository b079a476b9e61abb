package io.fastvif.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.report.Report;
import io.fastvif.benchmarks.report.ReportReader;
import io.fastvif.benchmarks.report.Result;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line of {@code fastvif bench}. */
class CommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  private int bench(String... arguments) {
    return Commands.execute("bench", arguments, new PrintWriter(out), new PrintWriter(err));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--vifs 0          | '--vifs: \"0\" cannot be taken: expected whole numbers from 1 to"
            + " 20000, separated by commas'",
        "--vifs 1,x        | '--vifs: \"1,x\" cannot be taken: expected whole numbers from 1 to"
            + " 20000, separated by commas'",
        "--vifs 1,         | '--vifs: \"1,\" cannot be taken: expected whole numbers from 1 to"
            + " 20000, separated by commas'",
        "--vifs 20001      | '--vifs: \"20001\" cannot be taken: expected whole numbers from 1 to"
            + " 20000, separated by commas'",
        "--runs 0          | '--runs: \"0\" cannot be taken: expected a whole number from 1 to"
            + " 1000'",
        "--limit 1.5       | '--limit: \"1.5\" cannot be taken: expected a whole number from 1 to"
            + " 3600'",
        "--systems ip,x    | '--systems: \"ip,x\" cannot be taken: expected fastvif, c-floor, ip,"
            + " ip-batch, ip-batch-tuned, pyroute2, go-netlink, os-vif, separated by commas'",
        "--html /none/x    | '--html: \"/none/x\" cannot be written: expected a file in a folder"
            + " that exists'",
        "--markdown /      | '--markdown: \"/\" cannot be written: expected a file in a folder that"
            + " exists'",
        "--pf x            | '--pf: \"x\" is not a PCI address: expected domain:bus:device.function"
            + " in hexadecimal, as in 0000:af:06.1'",
        "--pf ffff:ff:1f.7 | '--pf: \"ffff:ff:1f.7\" is not a PCI device of this host: expected the"
            + " address of an SR-IOV physical function'",
        "--pf ffff:ff:1f.7 --vifs 4 | '--vifs: \"4\" cannot be combined with --pf: expected no"
            + " number, as all VFs of the NIC are used'",
        "--pf ffff:ff:1f.7 --systems os-vif | '--systems: \"os-vif\" cannot be taken: expected"
            + " fastvif, ip, ip-batch, separated by commas'",
        "--ovs --pf 0000:00:00.0 | '--pf: \"0000:00:00.0\" cannot be combined with --ovs: expected"
            + " one of the two'",
        "--ovs --systems ip | '--systems: \"ip\" cannot be taken: expected fastvif, fastvif-host,"
            + " raw-transact, os-vif, ovs-vsctl, ovs-vsctl-no-wait, separated by commas'",
        "--nonsense        | Unknown option: '--nonsense'",
        "--compare a       | option '--compare' at index 0 (JSON) requires at least 2 values",
      })
  void wrongInputIsNamed(String line, String message) {
    assertEquals(2, bench(line.split(" ", -1)), err::toString);
    assertTrue(err.toString().startsWith("fastvif: " + message), err::toString);
    assertEquals("", out.toString());
  }

  @Test
  void helpNamesEveryOption() {
    assertEquals(0, bench("--help"));
    for (String option :
        List.of(
            "--vifs",
            "--systems",
            "--runs",
            "--limit",
            "--quick",
            "--pf",
            "--ovs",
            "--json-report",
            "--html",
            "--markdown",
            "--compare")) {
      assertTrue(out.toString().contains(option), out::toString);
    }
  }

  @Test
  void aMissingReportIsAnError() {
    Path missing = folder.resolve("none.json");
    assertEquals(1, bench("--compare", missing.toString(), missing.toString()));
    assertTrue(err.toString().contains(missing.toString()), err::toString);
  }

  @Test
  void reportsAreWrittenAndCompared() throws Exception {
    Root.require();
    Path json = folder.resolve("report.json");
    Path html = folder.resolve("report.html");
    int status =
        bench(
            "--vifs",
            "2",
            "--systems",
            "fastvif,ip-batch",
            "--runs",
            "3",
            "--json-report",
            json.toString(),
            "--html",
            html.toString());
    assertEquals(0, status, err::toString);
    Report report = ReportReader.read(json);
    assertEquals(
        List.of("fastvif plug", "fastvif unplug", "ip-batch plug", "ip-batch unplug"),
        report.results().stream().map(row -> row.system() + " " + row.operation()).toList());
    for (Result result : report.results()) {
      assertTrue(result.isMeasured(), result::toString);
      assertEquals(3, result.runs().size());
    }
    assertTrue(report.machine().containsKey("kernel"), report::toString);
    assertTrue(report.machine().get("ip-batch").matches("[0-9].*"), report::toString);
    assertFalse(report.machine().containsKey("pyroute2"), "it was not measured");
    assertTrue(Files.readString(html).contains("ip-batch"));
    assertTrue(out.toString().contains("| ip-batch"), out::toString);
    out.getBuffer().setLength(0);
    assertEquals(0, bench("--compare", json.toString(), json.toString()), err::toString);
    assertTrue(out.toString().contains("ip-batch"), out::toString);
  }

  @Test
  void theAgentIsMeasuredAlone() {
    assertEquals(2, bench("--agent", "--ovs"));
    assertEquals(2, bench("--agent", "--systems", "os-vif"));
    assertEquals(2, bench("--vhost-user", "--agent"));
    assertEquals(2, bench("--vhost-user", "--idle"));
    assertEquals(2, bench("--vhost-user", "--systems", "two-loop"));
    assertEquals(2, bench("--idle", "--systems", "two-loops"));
    assertTrue(err.toString().contains("cannot be combined"), err::toString);
  }
}
