package io.fastvif.agent.metrics;

import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Problem;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.JsonText;
import io.fastvif.fastpath.PortReport;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The documents that tell how the agent is. Any thread may ask for them; each is read and written
 * anew, in about a millisecond, whatever the number of VIFs.
 */
public final class AgentDocuments {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;
  private static final double MILLIS = 1e3;

  private final AgentSources sources;
  private final PortTotals ports = new PortTotals();
  private final ExpositionFormatWriter text =
      PrometheusTextFormatWriter.builder().setIncludeCreatedTimestamps(false).build();
  private final ExpositionFormatWriter openMetrics =
      OpenMetricsTextFormatWriter.builder().setCreatedTimestampsEnabled(false).build();

  /** Documents on what these sources tell. */
  public AgentDocuments(AgentSources sources) {
    this.sources = sources;
  }

  /** What a server answers with them. Whoever may read may have them. */
  public List<HttpRoute> routes() {
    return List.of(
        HttpRoute.quick(Method.GET, "/", Access.READ, request -> page()),
        HttpRoute.waiting(Method.GET, "/metrics", Access.READ, this::metrics),
        HttpRoute.quick(Method.GET, "/healthz", Access.READ, request -> health()),
        HttpRoute.quick(Method.GET, "/readyz", Access.READ, request -> readiness()),
        HttpRoute.waiting(Method.GET, "/v1/statistics", Access.READ, request -> statistics()));
  }

  private Response metrics(ApiRequest request) {
    boolean eachPort = request.choice("ports", "sum", "sum", "each").equals("each");
    return metrics(request.header("accept").orElse(null), eachPort);
  }

  /**
   * {@code GET /metrics}: in Prometheus' text format, or as OpenMetrics if the client asks for
   * that. Its series do not grow with the number of VIFs, but for those of each port.
   *
   * @param accept the request's header; null for none
   * @param eachPort whether each of the forwarder's ports has series of its own, beside the sums
   * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus</a>
   */
  Response metrics(String accept, boolean eachPort) {
    MetricsWriter out = new MetricsWriter();
    out.info("fastvif_build", "The version of fastvif.", "version", sources.version());
    out.gauge(
        "fastvif_ready",
        "1 if the agent can plug what it is told to.",
        Readiness.of(sources).isReady() ? 1 : 0);
    VifMetrics.write(sources.keeper().statistics(), out);
    VifMetrics.write(sources.keeper().host(), out);
    List<PortReport> reports = sources.ports().get();
    PortMetrics.write(ports.look(reports), out);
    PortMetrics.write(sources.bursts().get(), out);
    UplinkMetrics.write(sources.uplinks().get(), out);
    LoopMetrics.write(sources.loops().get(), out);
    if (eachPort) {
      PortMetrics.writeEach(reports, out);
    }
    ServiceMetrics.write(sources.http().get(), sources.requests(), out);
    ServiceMetrics.write(process(), sources.started(), out);
    ExpositionFormatWriter format = openMetrics.accepts(accept) ? openMetrics : text;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      format.write(bytes, out.all());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // memory does not fail to be written
    }
    return Response.of(OK, format.getContentType(), bytes.toByteArray());
  }

  /** {@code GET /healthz}: whoever gets it knows that the agent is alive. */
  Response health() {
    double uptime = Duration.between(sources.started(), Instant.now()).toMillis() / MILLIS;
    return json(
        OK,
        out -> {
          out.writeStringField("status", "alive");
          out.writeStringField("version", sources.version());
          out.writeNumberField("uptime_seconds", uptime);
        });
  }

  /** {@code GET /readyz}: 200 if the agent can plug, else 503 and why it cannot. */
  public Response readiness() {
    List<String> reasons = Readiness.of(sources).reasons();
    return reasons.isEmpty()
        ? json(OK, out -> out.writeBooleanField("ready", true))
        : new Problem(
                "not-ready",
                "The agent cannot plug now",
                UNAVAILABLE,
                String.join("; ", reasons),
                Map.of("reasons", reasons))
            .response();
  }

  /** {@code GET /v1/statistics}: all figures, for people's tools. */
  Response statistics() {
    Readiness readiness = Readiness.of(sources);
    ProcessReading process = process();
    return json(
        OK, out -> new StatisticsWriter(out).write(sources, readiness, process, Instant.now()));
  }

  /** {@code GET /}: the page for an operator's browser. */
  Response page() {
    return StatusPage.response();
  }

  private static ProcessReading process() {
    try {
      return ProcessReading.take();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("/proc/self cannot be read", unreadable);
    }
  }

  private static Response json(int status, JsonText.Body body) {
    return Response.json(
        status,
        JsonText.line(
            out -> {
              out.writeStartObject();
              body.write(out);
              out.writeEndObject();
            }));
  }
}
