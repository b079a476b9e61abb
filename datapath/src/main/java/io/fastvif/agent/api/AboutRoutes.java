package io.fastvif.agent.api;

import io.fastvif.agent.VifKeeper;
import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.ApiRequest;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.JsonText;
import io.fastvif.config.HostConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** What the agent is: its version, its configuration, and the description of this interface. */
final class AboutRoutes {
  private static final String DESCRIPTION = "openapi.json";

  private final VifKeeper keeper;
  private final AgentApi.About about;

  private AboutRoutes(VifKeeper keeper, AgentApi.About about) {
    this.keeper = keeper;
    this.about = about;
  }

  static List<HttpRoute> of(VifKeeper keeper, AgentApi.About about) {
    AboutRoutes routes = new AboutRoutes(keeper, about);
    return List.of(
        HttpRoute.quick(Method.GET, "/v1/version", Access.READ, routes::version),
        HttpRoute.quick(Method.GET, "/v1/configuration", Access.READ, routes::configuration),
        HttpRoute.waiting(Method.GET, "/v1/openapi.json", Access.READ, AboutRoutes::description));
  }

  private Response version(ApiRequest request) {
    request.requireQuery();
    return Response.json(
        200,
        JsonText.line(
            out -> {
              out.writeStartObject();
              out.writeStringField("version", about.version());
              out.writeStringField("java", Runtime.version().toString());
              out.writeStringField("started", about.started().toString());
              out.writeStringField("run", about.run());
              out.writeEndObject();
            }));
  }

  private Response configuration(ApiRequest request) {
    request.requireQuery();
    HostConfiguration configuration = keeper.host().configuration(); // it can be another one by now
    return Response.json(
        200,
        JsonText.line(
            out -> {
              out.writeStartObject();
              out.writeObjectFieldStart("agent");
              for (Map.Entry<String, String> each : about.settings().get().entrySet()) {
                out.writeStringField(each.getKey(), each.getValue());
              }
              out.writeEndObject();
              out.writeArrayFieldStart("options");
              for (Map.Entry<String, String> each : configuration.values().entrySet()) {
                out.writeStartObject();
                out.writeStringField("option", each.getKey());
                out.writeStringField("value", each.getValue());
                out.writeStringField("place", String.valueOf(configuration.place(each.getKey())));
                out.writeEndObject();
              }
              out.writeEndArray();
              JsonText.strings(out, "notes", configuration.notes());
              out.writeEndObject();
            }));
  }

  private static Response description(ApiRequest request) {
    request.requireQuery();
    try (InputStream file = AboutRoutes.class.getResourceAsStream(DESCRIPTION)) {
      return Response.of(200, Response.JSON, file.readAllBytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
