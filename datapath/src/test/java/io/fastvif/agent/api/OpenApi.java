package io.fastvif.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.fastvif.agent.http.UnixHttp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The description of the agent's interface, and what answers must be by it. */
final class OpenApi {
  private final Map<String, Object> paths;
  private final Map<String, Object> components;
  private final SchemaCheck check;

  OpenApi() throws IOException {
    try (InputStream file = OpenApi.class.getResourceAsStream("openapi.json")) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      Map<String, Object> document = JsonValue.object(JsonValue.of(text));
      assertEquals("3.1.0", document.get("openapi"));
      paths = JsonValue.object(document.get("paths"));
      components = JsonValue.object(document.get("components"));
      check = new SchemaCheck(JsonValue.object(components.get("schemas")));
    }
  }

  /** Methods and paths, such as {@code GET /v1/vifs}, each with the access that it takes. */
  Map<String, String> operations() {
    Map<String, String> operations = new LinkedHashMap<>();
    paths.forEach(
        (path, methods) ->
            JsonValue.object(methods)
                .forEach(
                    (method, operation) ->
                        operations.put(
                            method.toUpperCase(Locale.ROOT) + " " + path,
                            (String) JsonValue.object(operation).get("x-access"))));
    return operations;
  }

  /** The names of the schemas that nothing refers to. */
  Set<String> unusedSchemas() {
    String all = paths.toString() + components;
    Set<String> unused = new TreeSet<>(JsonValue.object(components.get("schemas")).keySet());
    unused.removeIf(name -> all.contains("schemas/" + name + "}"));
    return unused;
  }

  /** Checks that a body that is sent is one that is described. */
  void checkBody(String method, String path, String body) throws IOException {
    Object described = operation(method, path).get("requestBody");
    assertNotNull(described, method + " " + path + " takes no body");
    Object content = JsonValue.object(described).get("content");
    Object json = JsonValue.object(content).get("application/json");
    Object schema = JsonValue.object(json).get("schema");
    assertEquals(List.of(), check.problems(schema, JsonValue.of(body), "body"));
  }

  /** Checks that an answer is one that is described. */
  void check(String method, String path, UnixHttp.Answer answer) throws IOException {
    Map<String, Object> responses = JsonValue.object(operation(method, path).get("responses"));
    Object response = responses.get(Integer.toString(answer.status()));
    if (response == null) {
      response = JsonValue.object(components.get("responses")).get("Problem");
    }
    Map<String, Object> content = JsonValue.object(JsonValue.object(response).get("content"));
    String type = answer.header("Content-Type").split(";", 2)[0];
    Object described = content.get(type);
    assertNotNull(described, method + " " + path + " answers " + type + ": " + answer.body());
    Object schema = JsonValue.object(described).get("schema");
    for (Object value : values(type, answer.body())) {
      assertEquals(List.of(), check.problems(schema, value, "answer"), () -> method + " " + path);
    }
    if (answer.status() >= 400) {
      Object problem = JsonValue.of(answer.body());
      assertEquals((long) answer.status(), JsonValue.object(problem).get("status"));
    }
  }

  /** Checks a problem document. */
  void checkProblem(Map<String, Object> problem) {
    Object schema = JsonValue.object(components.get("schemas")).get("Problem");
    assertEquals(List.of(), check.problems(schema, problem, "problem"));
  }

  private static List<Object> values(String type, String body) throws IOException {
    List<Object> values = new ArrayList<>();
    switch (type) {
      case "application/jsonl" -> {
        for (String line : body.lines().toList()) {
          values.add(JsonValue.of(line));
        }
      }
      case "text/event-stream" -> {
        for (String line : body.lines().filter(each -> each.startsWith("data: ")).toList()) {
          values.add(JsonValue.of(line.substring("data: ".length())));
        }
      }
      case "text/plain" -> values.add(body);
      default -> values.add(JsonValue.of(body));
    }
    return values;
  }

  private Map<String, Object> operation(String method, String path) {
    Object methods = paths.get(path);
    assertNotNull(methods, path + " is not described");
    Object operation = JsonValue.object(methods).get(method.toLowerCase(Locale.ROOT));
    assertNotNull(operation, method + " " + path + " is not described");
    return JsonValue.object(operation);
  }
}
