package io.fastvif.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.agent.http.UnixHttp;
import io.fastvif.fastpath.BurstReport;
import io.fastvif.testing.KernelTest;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.io.TempDir;

/** The documents as a client gets them, and what the server tells of the requests for them. */
class ServedDocumentsTest {
  @TempDir Path folder;

  @KernelTest
  void requestsAreCountedAndRecorded() throws Exception {
    AtomicReference<HttpServer> server = new AtomicReference<>();
    Path recorded = folder.resolve("requests.jfr");
    try (VifHost host = VifHost.open();
        Recording recording = new Recording()) {
      RequestCounters requests = new RequestCounters();
      AgentDocuments documents =
          new AgentDocuments(
              new AgentSources(
                  "1.2.3",
                  "compute-7",
                  Instant.now(),
                  new FakeKeeper(host),
                  List::of,
                  BurstReport::none,
                  List::of,
                  List::of,
                  List::of,
                  () -> server.get().statistics(),
                  requests));
      Path socket = folder.resolve("agent.sock");
      try (HttpServer listening =
          HttpServer.listen(
              HttpOptions.byDefault(),
              socket,
              PosixFilePermissions.fromString("rw-------"),
              null,
              documents.routes())) {
        server.set(listening);
        listening.observe(requests);
        recording.enable("io.fastvif.AgentRequest").withThreshold(Duration.ZERO);
        recording.start();
        assertEquals(200, UnixHttp.ask(socket, "GET", "/healthz", "").status());
        assertEquals(200, UnixHttp.ask(socket, "GET", "/readyz", "").status());
        assertEquals(404, UnixHttp.ask(socket, "GET", "/nothing?here", "").status());
        assertEquals(400, UnixHttp.ask(socket, "GET", "/metrics?ports=all", "").status());
        UnixHttp.Answer metrics = UnixHttp.ask(socket, "GET", "/metrics?ports=each", "");
        assertEquals(200, metrics.status());
        assertEquals("text/plain; version=0.0.4; charset=utf-8", metrics.header("content-type"));
        assertEquals("no-store", metrics.header("cache-control"));
        for (String line :
            List.of(
                "fastvif_http_requests_total{method=\"GET\",route=\"/readyz\",status=\"200\"} 1.0",
                "fastvif_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"} 1.0",
                "fastvif_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"400\"} 1.0",
                "fastvif_http_request_duration_seconds_count{route=\"/healthz\"} 1",
                "fastvif_http_connections_total 5.0",
                "fastvif_http_requests_under_way 1.0")) {
          assertTrue(metrics.body().contains(line + "\n"), line + ": " + metrics.body());
        }
        UnixHttp.Answer page = UnixHttp.ask(socket, "GET", "/", "");
        assertEquals("text/html; charset=utf-8", page.header("content-type"));
        assertTrue(page.body().startsWith("<!DOCTYPE html>"));
        String policy = page.header("content-security-policy");
        assertTrue(policy.startsWith("default-src 'none';"), policy);
        assertTrue(!policy.contains("unsafe"), policy);
        assertTrue(UnixHttp.ask(socket, "GET", "/v1/statistics", "").body().contains("compute-7"));
      }
      recording.stop();
      recording.dump(recorded);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(recorded);
    RecordedEvent lost =
        events.stream().filter(event -> event.getInt("status") == 404).findFirst().orElseThrow();
    assertEquals("GET /nothing?here", lost.getString("request"));
    assertEquals("other", lost.getString("route"));
    assertEquals(System.getProperty("user.name"), lost.getString("user"));
    assertTrue(lost.getDuration().toNanos() > 0);
    assertEquals(7, events.size(), events::toString);
  }
}
