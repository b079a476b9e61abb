package io.fastvif.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fastvif.VifHost;
import io.fastvif.agent.VifState;
import io.fastvif.agent.http.HttpStatistics;
import io.fastvif.agent.http.Response;
import io.fastvif.fastpath.BurstReport;
import io.fastvif.forward.LoopStatistics;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

class StatisticsTest {
  private final List<String> problems = new ArrayList<>();

  private AgentDocuments documents(FakeKeeper keeper) {
    return new AgentDocuments(
        new AgentSources(
            "1.2.3",
            "compute-7",
            Instant.now().minusSeconds(90),
            keeper,
            () -> List.of(Reports.of("a", true, 1, 100)),
            BurstReport::none,
            () -> List.of(Reports.uplink("eth1", 2)),
            () -> List.of(new LoopStatistics(1, 3, 2_500_000_000L, 7, 2)),
            () -> problems,
            () -> new HttpStatistics(1, 2, 3, 4, 5, 6, 7, 8),
            new RequestCounters()));
  }

  /** The values of a document by where they stand, such as {@code ports/0/name}. */
  private static Map<String, String> values(Response document) throws IOException {
    Map<String, String> values = new TreeMap<>();
    try (JsonParser parser = new JsonFactory().createParser(document.body())) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isScalarValue()) {
          values.put(
              parser.getParsingContext().pathAsPointer().toString().substring(1), parser.getText());
        }
      }
    }
    return values;
  }

  @KernelTest
  void tellAllThatStatusAndTopShow() throws Exception {
    try (VifHost host = VifHost.open()) {
      FakeKeeper keeper = new FakeKeeper(host);
      keeper.vifs.put(VifState.PLUGGED, 7L);
      keeper.repairNanos.recordValue(TimeUnit.MILLISECONDS.toNanos(2));
      Map<String, String> values = values(documents(keeper).statistics());
      assertEquals("1.2.3", values.get("version"));
      double uptime = Double.parseDouble(values.get("uptime_seconds"));
      assertTrue(uptime >= 90 && uptime < 150, () -> uptime + " s");
      assertEquals("true", values.get("ready"));
      assertEquals("7", values.get("vifs/plugged"));
      assertEquals("0", values.get("vifs/orphan"));
      assertEquals("13", values.get("requested/failures"));
      assertEquals("14", values.get("repairs/drifts"));
      assertEquals("1", values.get("repairs/micros/count"));
      assertEquals(2000, Integer.parseInt(values.get("repairs/micros/p99")), 20);
      assertEquals("0", values.get("engine/micros/plug/count"));
      assertEquals("0", values.get("engine/micros/plug/p50"), "nothing was plugged");
      assertEquals("0", values.get("engine/queued"));
      assertEquals("false", values.get("ovs/expected"));
      assertEquals("tapa", values.get("ports/0/tap"));
      assertEquals("200", values.get("ports/0/to_guest/frames"));
      assertEquals("10", values.get("ports/0/from_guest/drops/no_buffers"));
      assertEquals("eth1", values.get("uplinks/0/link"));
      assertEquals("3", values.get("loops/0/queues"));
      assertEquals("2.5", values.get("loops/0/busy_seconds"));
      assertEquals("4", values.get("uplinks/0/from_uplink/drops/no_receiver"));
      assertEquals("0", values.get("http/requests"));
      assertTrue(Long.parseLong(values.get("process/heap_used_bytes")) > 0);
    }
  }

  @KernelTest
  void anAgentThatIsNotReadySaysWhyInOneAnswer() throws Exception {
    try (VifHost host = VifHost.open()) {
      FakeKeeper keeper = new FakeKeeper(host);
      AgentDocuments documents = documents(keeper);
      Response ready = documents.readiness();
      assertEquals(200, ready.status());
      assertEquals(Map.of("ready", "true"), values(ready));

      keeper.unreadiness = List.of("3 VIFs are still being brought back");
      problems.add("the agent is being closed");
      Response unready = documents.readiness();
      assertEquals(503, unready.status());
      assertEquals(
          Map.of(
              "type",
              "urn:fastvif:problem:not-ready",
              "title",
              "The agent cannot plug now",
              "status",
              "503",
              "detail",
              "the agent is being closed; 3 VIFs are still being brought back",
              "reasons/0",
              "the agent is being closed",
              "reasons/1",
              "3 VIFs are still being brought back"),
          values(unready));
      assertEquals("application/problem+json", unready.contentType());
      assertEquals(200, documents.health().status(), "it is alive all the same");
      assertEquals("alive", values(documents.health()).get("status"));
      assertEquals("false", values(documents.statistics()).get("ready"));
      assertFalse(values(documents.statistics()).get("reasons/1").isEmpty());
    }
  }
}
