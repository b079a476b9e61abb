package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.client.JsonView;
import io.fastvif.fastpath.PortReport;
import io.fastvif.forward.DropReason;
import io.fastvif.json.PlugRequest;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is shown of an agent's figures, and how VIFs are divided among requests to it. */
class AgentStatisticsTest {
  private static final String EARLIER =
      """
      {"version":"1.2","pid":7,"uptime_seconds":59.5,"ready":false,"reasons":["it starts"],
       "vifs":{"plugging":2,"plugged":1200,"drifted":0},
       "requested":{"plugs":100,"unplugs":0,"failures":1},
       "engine":{"queued":3,
         "micros":{"plug":{"count":100,"p50":900,"p99":12345,"max":20000},"unplug":{"count":0}},
         "messages_per_batch":{"count":10,"sum":5000,"p50":400,"p99":512}},
       "repairs":{"drifts":2,"repaired":1,"failed":1,"micros":{"count":0}},
       "http":{"requests":40,"under_way":1,"connections":2},
       "process":{"resident_bytes":52428800,"heap_used_bytes":1048576,
         "heap_committed_bytes":2097152,"threads":20,"descriptors":90,"cpu_seconds":1.0},
       "ports":[{"id":"i","name":"vhu1","path":"/run/vhu1","tap":"vhu1","queue_pairs":1,
         "connected":true,"connections":3,"problem":"",
         "from_guest":{"frames":10,"bytes":640,"drops":{"no_buffers":4,"of_the_future":1}},
         "to_guest":{"frames":1,"bytes":64,"drops":{}}}]}
      """;

  private static AgentStatistics of(String json) throws IOException {
    return new AgentStatistics(JsonView.of(json));
  }

  @Test
  void showsCountsAndTimes() throws IOException {
    AgentStatistics statistics = of(EARLIER);
    assertFalse(statistics.isReady());
    assertEquals(
        List.of(
            "fastvif 1.2, process 7, up 59 s: not ready",
            "            it starts",
            "VIFs        2 plugging, 1,200 plugged",
            "Requested   100 plugs, 0 unplugs, 1 failed, 3 waiting",
            "Time        plug p50 0.90, p99 12.35, at most 20.00 ms; unplug none",
            "Batches     10 sends of 5,000 messages, p50 400, p99 512",
            "Repairs     2 drifts, 1 repaired, 1 failed; none",
            "HTTP        40 requests, 1 under way, 2 connections",
            "Process     50.0 MiB resident, heap 1.0 of 2.0 MiB, 20 threads, 90 descriptors,"
                + " CPU 1.0 s"),
        statistics.lines(null));
  }

  @Test
  void showsRatesSinceTheLastLook() throws IOException {
    String later =
        EARLIER
            .replace("59.5", "3661.5")
            .replace("\"plugs\":100", "\"plugs\":3702")
            .replace("\"cpu_seconds\":1.0", "\"cpu_seconds\":361.2")
            .replace("false", "true");
    List<String> lines = of(later).lines(of(EARLIER));
    assertEquals("fastvif 1.2, process 7, up 1 h 1 min: ready", lines.getFirst());
    assertTrue(lines.get(3).startsWith("Requested   3,702 plugs (1.0/s), 0 unplugs (0.0/s)"));
    assertTrue(lines.getLast().endsWith("CPU 361.2 s (10.0 %)"), lines::toString);
  }

  @Test
  void portsAreReadAsFarAsTheyAreKnown() throws IOException {
    PortReport port = of(EARLIER).ports().getFirst();
    assertEquals("vhu1", port.port().name());
    assertEquals(
        new PortReport.Direction(10, 640, Map.of(DropReason.NO_BUFFERS, 4L)), port.fromGuest());
    assertEquals(List.of(), of("{}").ports());
    assertTrue(of("{}").lines(null).contains("VIFs        none"));
  }

  @Test
  void manyVifsAreSeveralRequests() throws IOException {
    List<VifInput> vifs =
        IntStream.range(0, 2500)
            .mapToObj(
                i -> {
                  String id = "11111111-0000-4000-8000-%012d".formatted(i);
                  Vif vif = Vifs.tap(id, "tap" + i).build();
                  return new VifInput("f.json", PlugRequest.of(vif));
                })
            .toList();
    List<AgentInputs.Part> parts =
        AgentInputs.parts(vifs, Map.of("linux_bridge.create_port", "tap"));
    List<Integer> firsts = new ArrayList<>();
    int count = 0;
    for (AgentInputs.Part part : parts) {
      firsts.add(part.first());
      assertEquals(part.count(), JsonView.of(part.json()).elements().size());
      count += part.count();
    }
    assertEquals(List.of(0, 1000, 2000), firsts);
    assertEquals(2500, count);
    JsonView last = JsonView.of(parts.getLast().json()).elements().getLast();
    assertEquals("f.json: vif", last.at("place").text());
    assertEquals("tap", last.at("options", "linux_bridge.create_port").text());
    assertEquals(
        JsonView.of(VersionedObjectWriter.write(vifs.getLast().request().vif()))
            .at("versioned_object.data", "id")
            .text(),
        last.at("vif", "versioned_object.data", "id").text());
    assertEquals(List.of(), AgentInputs.parts(List.of(), Map.of()));
  }
}
