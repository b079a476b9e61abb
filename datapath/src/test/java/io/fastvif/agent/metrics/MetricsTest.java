package io.fastvif.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.agent.VifState;
import io.fastvif.agent.http.HttpStatistics;
import io.fastvif.agent.http.Response;
import io.fastvif.engine.Outcome;
import io.fastvif.fastpath.BurstReport;
import io.fastvif.fastpath.PortReport;
import io.fastvif.forward.LoopStatistics;
import io.fastvif.json.PlugRequest;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.VifGeneric;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/** The metrics, as the parsers of Prometheus' Python client library read them. */
class MetricsTest {
  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  /** Reads what it is given with the parser of that format, and prints a line for each sample. */
  private static final String READER =
      """
      import sys
      if sys.argv[1] == 'openmetrics':
          from prometheus_client.openmetrics.parser import text_string_to_metric_families
      else:
          from prometheus_client.parser import text_string_to_metric_families
      for family in text_string_to_metric_families(open(sys.argv[2]).read()):
          if not family.documentation or family.type == 'unknown':
              sys.exit(family.name + ' has no help or no type')
          for s in family.samples:
              labels = ','.join(k + '=' + v for k, v in sorted(s.labels.items()))
              print(s.name + '{' + labels + '} ' + repr(float(s.value)))
      """;

  private static final HttpStatistics COUNTS = new HttpStatistics(1, 2, 3, 4, 5, 6, 7, 8);

  @TempDir Path folder;

  private Map<String, Double> read(String format, Response document) throws Exception {
    Peer python =
        Peer.requirePythonModule("prometheus_client.openmetrics", "python3-prometheus-client");
    Path text = Files.write(folder.resolve("metrics"), document.body());
    Map<String, Double> samples = new TreeMap<>();
    String output = python.run(List.of("-c", READER, format, text.toString()));
    for (String line : output.lines().toList()) {
      int space = line.lastIndexOf(' ');
      assertEquals(
          null,
          samples.put(
              line.substring(0, space),
              Double.valueOf(line.substring(space + 1).replace("inf", "Infinity"))),
          line + " comes twice");
    }
    return samples;
  }

  private static AgentSources sources(
      FakeKeeper keeper, RequestCounters requests, List<PortReport> ports) {
    return new AgentSources(
        "1.2.3",
        "compute-7",
        Instant.now().minusSeconds(7),
        keeper,
        () -> ports,
        BurstReport::none,
        () -> List.of(Reports.uplink("eth1", 2)),
        () -> List.of(new LoopStatistics(1, 3, 2_500_000_000L, 7, 2)),
        List::of,
        () -> COUNTS,
        requests);
  }

  @KernelTest
  void bothFormatsTellTheSame() throws Exception {
    try (VifHost host = VifHost.open()) {
      VifGeneric tap = VifGeneric.builder().id("vif").plugin("tap").vifName("tap0").build();
      assertEquals(
          Outcome.PLUGGED, host.plug(PlugRequest.of(tap)).get(60, TimeUnit.SECONDS).outcome());
      FakeKeeper keeper = new FakeKeeper(host);
      keeper.vifs.put(VifState.PLUGGED, 5L);
      keeper.vifs.put(VifState.ORPHAN, 3L);
      keeper.storeSyncNanos.recordValue(TimeUnit.MICROSECONDS.toNanos(700));
      keeper.storeSyncNanos.recordValue(TimeUnit.MICROSECONDS.toNanos(1500));
      RequestCounters requests = new RequestCounters();
      requests.answered("PUT", "/v1/vifs/{id}", 200, TimeUnit.MILLISECONDS.toNanos(3));
      AgentDocuments documents =
          new AgentDocuments(
              sources(
                  keeper,
                  requests,
                  List.of(Reports.of("a", true, 1, 100), Reports.of("b", false, 4, 10))));

      Response text = documents.metrics(null, true);
      assertEquals("text/plain; version=0.0.4; charset=utf-8", text.contentType());
      Map<String, Double> samples = read("text", text);
      assertEquals(1.0, samples.get("fastvif_build_info{version=1.2.3}"));
      assertEquals(1.0, samples.get("fastvif_ready{}"));
      assertEquals(5.0, samples.get("fastvif_vifs{state=plugged}"));
      assertEquals(3.0, samples.get("fastvif_vifs{state=orphan}"));
      assertEquals(0.0, samples.get("fastvif_vifs{state=failed}"));
      assertEquals(11.0, samples.get("fastvif_plugs_total{}"));
      assertEquals(14.0, samples.get("fastvif_drifts_total{}"));
      assertEquals(1.0, samples.get("fastvif_operations_total{action=plug,outcome=plugged}"));
      assertEquals(0.0, samples.get("fastvif_operations_total{action=none,outcome=failed}"));
      assertEquals(1.0, samples.get("fastvif_operation_duration_seconds_count{action=plug}"));
      assertEquals(
          1.0, samples.get("fastvif_operation_duration_seconds_bucket{action=plug,le=+Inf}"));
      assertTrue(samples.get("fastvif_operation_duration_seconds_sum{action=plug}") > 0);
      assertEquals(0.0, samples.get("fastvif_store_sync_duration_seconds_bucket{le=5.0E-4}"));
      assertEquals(1.0, samples.get("fastvif_store_sync_duration_seconds_bucket{le=0.001}"));
      assertEquals(2.0, samples.get("fastvif_store_sync_duration_seconds_bucket{le=0.0025}"));
      assertEquals(0.0022, samples.get("fastvif_store_sync_duration_seconds_sum{}"), 0.0001);
      assertTrue(samples.get("fastvif_netlink_batch_messages_count{}") > 0);
      assertEquals(0.0, samples.get("fastvif_ovs_expected{}"));
      assertEquals(2.0, samples.get("fastvif_ports{}"));
      assertEquals(1.0, samples.get("fastvif_ports_connected{}"));
      assertEquals(110.0, samples.get("fastvif_forwarded_frames_total{direction=from_guest}"));
      assertEquals(
          11.0,
          samples.get("fastvif_dropped_frames_total{direction=from_guest,reason=no_buffers}"));
      assertEquals(2.0, samples.get("fastvif_uplink_ports{uplink=eth1}"));
      assertEquals(3.0, samples.get("fastvif_loop_queues{loop=1}"));
      assertEquals(2.5, samples.get("fastvif_loop_busy_seconds_total{loop=1}"));
      assertEquals(7.0, samples.get("fastvif_loop_sleeps_total{loop=1}"));
      assertEquals(2.0, samples.get("fastvif_loop_moved_queues_total{loop=1}"));
      assertEquals(
          20.0, samples.get("fastvif_uplink_frames_total{direction=to_uplink,uplink=eth1}"));
      assertEquals(
          4.0,
          samples.get(
              "fastvif_uplink_dropped_frames_total"
                  + "{direction=from_uplink,reason=no_receiver,uplink=eth1}"));
      assertEquals(200.0, samples.get("fastvif_each_port_frames_total{direction=to_guest,vif=a}"));
      assertEquals(
          1.0,
          samples.get("fastvif_http_requests_total{method=PUT,route=/v1/vifs/{id},status=200}"));
      assertEquals(
          1.0,
          samples.get(
              "fastvif_http_request_duration_seconds_bucket{le=0.005,route=/v1/vifs/{id}}"));
      assertEquals(1.0, samples.get("fastvif_http_connections_open{}"));
      assertTrue(samples.get("process_resident_memory_bytes{}") > 1 << 20);
      assertTrue(samples.get("process_open_fds{}") > 3);
      assertTrue(samples.get("process_threads{}") > 1);
      assertTrue(samples.get("jvm_memory_used_bytes{area=heap}") > 1 << 16);

      String readme = Files.readString(Path.of("README.md"));
      for (String name : samples.keySet()) {
        String family = name.replaceAll("(_bucket|_count|_sum)?\\{.*", "");
        if (family.startsWith("fastvif")) {
          assertTrue(readme.contains('`' + family + '`'), family + " is not explained");
        }
      }

      Response open = documents.metrics(OPEN_METRICS, true);
      assertTrue(open.contentType().startsWith("application/openmetrics-text"));
      assertEquals(samples.keySet(), read("openmetrics", open).keySet());
    }
  }

  /** Ten thousand VIFs make the answer no longer. */
  @KernelTest
  void seriesDoNotGrowWithTheNumberOfVifs() throws Exception {
    try (VifHost host = VifHost.open()) {
      FakeKeeper keeper = new FakeKeeper(host);
      List<PortReport> ports =
          IntStream.range(0, 10_000).mapToObj(i -> Reports.of("port" + i, true, 1, 10)).toList();
      AgentDocuments documents = new AgentDocuments(sources(keeper, new RequestCounters(), ports));
      keeper.vifs.put(VifState.PLUGGED, 10_000L);
      String text = new String(documents.metrics(null, false).body(), StandardCharsets.UTF_8);
      assertTrue(text.contains("fastvif_ports 10000"), text);
      assertTrue(text.lines().count() < 400, () -> text.lines().count() + " lines");
    }
  }
}
