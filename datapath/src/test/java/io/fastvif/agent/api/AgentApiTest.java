package io.fastvif.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.VifState;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.UnixHttp;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;

class AgentApiTest {
  private static final String ONE = "/v1/vifs/{id}";

  @TempDir Path folder;

  @KernelTest
  void everyRouteIsDescribedWithTheAccessThatItTakes() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      Set<String> described = new TreeSet<>();
      lab.description()
          .operations()
          .forEach((operation, access) -> described.add(operation + " " + access));
      Set<String> routes = new TreeSet<>();
      for (HttpRoute route : lab.routes()) {
        String path = route.path().replace("*}", "}");
        routes.add(
            route.method() + " " + path + " " + route.access().name().toLowerCase(Locale.ROOT));
      }
      assertEquals(described, routes);
      assertEquals(Set.of(), lab.description().unusedSchemas());
      assertEquals(
          lab.description().operations().size(),
          lab.ask("GET", "/v1/openapi.json", "/v1/openapi.json", "")
                  .body()
                  .split("operationId")
                  .length
              - 1);
    }
  }

  @KernelTest
  void figuresAreAsTheyAreDescribed() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      String vif = ApiLab.tap("vif-1", "tap1", 1400);
      assertEquals(200, lab.askWell("PUT", ONE, "/v1/vifs/vif-1", vif).status());
      UnixHttp.Answer figures = lab.ask("GET", "/v1/statistics", "/v1/statistics", "");
      assertEquals(200, figures.status());
      assertTrue(figures.body().contains("\"plugged\":1"), figures.body());
      for (String path : List.of("/healthz", "/readyz", "/metrics")) {
        assertEquals(200, lab.ask("GET", path, path, "").status(), path);
      }
      assertEquals(400, lab.ask("GET", "/metrics", "/metrics?ports=all", "").status());
    }
  }

  @KernelTest
  void oneVifIsPutSeenAndDeleted() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      String vif = ApiLab.tap("vif-1", "tap1", 1400);
      assertEquals(
          "{\"id\":\"vif-1\",\"name\":\"tap1\",\"outcome\":\"plugged\",\"devices\":[\"tap1\"],"
              + "\"notes\":[],\"error\":null}",
          lab.askWell("PUT", ONE, "/v1/vifs/vif-1", vif).body());
      assertEquals(1400, lab.link("tap1").orElseThrow().mtu());
      assertTrue(
          lab.askWell("PUT", ONE, "/v1/vifs/vif-1", "{\"vif\":" + vif + ",\"instance\":null}")
              .body()
              .contains("\"unchanged\""));
      String seen = lab.ask("GET", ONE, "/v1/vifs/vif-1", "").body();
      assertTrue(seen.contains("\"state\":\"plugged\""), seen);
      assertTrue(seen.contains("\"vif\":" + vif), seen);
      String list = lab.ask("GET", "/v1/vifs", "/v1/vifs?state=plugged", "").body();
      assertTrue(list.startsWith("{\"vifs\":[{\"id\":\"vif-1\","), list);
      assertEquals(
          "{\"vifs\":[]}\n", lab.ask("GET", "/v1/vifs", "/v1/vifs?state=orphan", "").body());
      String lines = lab.ask("GET", "/v1/vifs", "/v1/vifs", "", "Accept: application/jsonl").body();
      assertEquals(1, lines.lines().count());
      assertTrue(lab.ask("GET", "/v1/devices", "/v1/devices", "").body().contains("\"mtu\":1400"));
      assertTrue(lab.ask("DELETE", ONE, "/v1/vifs/vif-1", "").body().contains("\"unplugged\""));
      assertEquals(Optional.empty(), lab.link("tap1"));
      assertTrue(lab.ask("DELETE", ONE, "/v1/vifs/vif-1", "").body().contains("\"unchanged\""));
      assertTrue(
          lab.askWell("DELETE", ONE, "/v1/vifs/vif-1", vif).body().contains("\"unchanged\""));
      assertEquals(404, lab.ask("GET", ONE, "/v1/vifs/vif-1", "").status());
    }
  }

  @KernelTest
  void whatIsWrongIsSaidInAProblem() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      String vif = ApiLab.tap("vif-1", "tap1", 1400);
      problem(lab.ask("PUT", ONE, "/v1/vifs/other", vif), 400, "vif.id");
      problem(lab.ask("PUT", ONE, "/v1/vifs/vif-1", ""), 400, "vif");
      problem(lab.ask("PUT", ONE, "/v1/vifs/vif-1", "[1"), 400, null);
      problem(
          lab.ask("PUT", ONE, "/v1/vifs/vif-1", vif.replace("tap1", "a/b")), 400, "vif.vif_name");
      problem(
          lab.ask("PUT", ONE, "/v1/vifs/vif-1", vif.replace("VIFGeneric", "VIFOdd")),
          400,
          "vif.versioned_object.name");
      problem(
          lab.ask(
              "PUT", ONE, "/v1/vifs/vif-1", "{\"vif\":" + vif + ",\"options\":{\"tap.x\":\"1\"}}"),
          400,
          "option");
      problem(lab.ask("GET", "/v1/vifs", "/v1/vifs?state=odd", ""), 400, "?state");
      problem(lab.ask("GET", "/v1/vifs", "/v1/vifs?odd=1", ""), 400, "?");
      problem(lab.ask("GET", ONE, "/v1/vifs/%ff%zz", ""), 400, "path");
      assertEquals(
          415, lab.ask("PUT", ONE, "/v1/vifs/vif-1", vif, "Content-Type: text/xml").status());
    }
  }

  private static Map<String, Object> problem(UnixHttp.Answer answer, int status, String field)
      throws Exception {
    assertEquals(status, answer.status(), answer::body);
    Map<String, Object> problem = JsonValue.object(JsonValue.of(answer.body()));
    assertEquals(field, problem.get("field"), answer::body);
    return problem;
  }

  @KernelTest
  void aNameThatSomebodyElseHasIsAConflict() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      lab.askWell("PUT", ONE, "/v1/vifs/vif-1", ApiLab.tap("vif-1", "tap1", 1400));
      UnixHttp.Answer answer =
          lab.askWell("PUT", ONE, "/v1/vifs/vif-2", ApiLab.tap("vif-2", "tap1", 1400));
      assertTrue(answer.status() == 400 || answer.status() == 409, answer.body());
      assertTrue(answer.body().contains("vif-1"), answer.body());
      assertEquals(List.of("vif-1"), lab.keeper().list().stream().map(each -> each.id()).toList());
    }
  }

  @KernelTest
  void whoGoesAwayHasPluggedAllTheSame() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      for (int i = 0; i < 20; i++) {
        String id = "vif-" + i;
        try (UnixHttp client = lab.connect()) {
          client.send(UnixHttp.request("PUT", "/v1/vifs/" + id, ApiLab.tap(id, "tap" + i, 1500)));
        }
      }
      UnixHttp.Answer late =
          lab.ask("PUT", ONE, "/v1/vifs/late?timeout=0.001", ApiLab.tap("late", "taplate", 1500));
      assertTrue(late.status() == 504 || late.status() == 200, late.body());
      Await.until("all are plugged", () -> lab.keeper().list().size() == 21);
      Await.until(
          "and are on the host",
          () -> lab.keeper().list().stream().allMatch(vif -> vif.state() == VifState.PLUGGED));
      assertTrue(lab.link("tap19").isPresent() && lab.link("taplate").isPresent());
    }
  }

  @KernelTest
  void whatIsAskedAtTheSameTimeGoesTogether() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      List<UnixHttp> clients = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        UnixHttp client = lab.connect();
        clients.add(client);
        String id = "vif-" + i;
        client.send(UnixHttp.request("PUT", "/v1/vifs/" + id, ApiLab.tap(id, "tap" + i, 1500)));
      }
      for (UnixHttp client : clients) {
        assertEquals(200, client.answer().status());
        client.close();
      }
      assertEquals(200, lab.keeper().statistics().count(VifState.PLUGGED));
    }
  }

  @KernelTest
  void aBatchHasALineForEachElement() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      StringBuilder batch = new StringBuilder("[");
      for (int i = 0; i < 50; i++) {
        batch.append(ApiLab.tap("vif-" + i, "tap" + i, 1500)).append(',');
      }
      batch.append("{\"vif\":").append(ApiLab.tap("vif-50", "tap50", 1500)).append("}]");
      String lines =
          lab.askWell("POST", "/v1/batches", "/v1/batches?action=plug", batch.toString()).body();
      assertEquals(51, lines.lines().filter(line -> line.contains("\"plugged\"")).count());
      String mixed =
          "[{\"id\":\"vif-0\"},{\"id\":\"vif-1\",\"action\":\"unplug\"},"
              + ApiLab.tap("vif-2", "tap2", 1500)
              + ",{\"action\":\"plug\",\"place\":\"f.json: [3].vif\",\"vif\":"
              + ApiLab.tap("vif-60", "tap60", 1500).replace("tap60", "a/b")
              + "},7]";
      lines =
          lab.ask("POST", "/v1/batches", "/v1/batches?action=unplug&numbered=true", mixed).body();
      List<String> sorted = lines.lines().sorted().toList();
      assertEquals(5, sorted.size());
      for (int i = 0; i < 3; i++) {
        assertTrue(
            sorted.get(i).startsWith("{\"element\":" + i + ",\"wrong_input\":false,"), lines);
        assertTrue(sorted.get(i).contains("\"unplugged\""), lines);
      }
      assertTrue(sorted.get(3).contains("\"wrong_input\":true,"), lines);
      assertTrue(sorted.get(3).contains("\"error\":\"f.json: [3].vif.vif_name: "), lines);
      assertTrue(sorted.get(4).contains("\"error\":\"[4]"), lines);
      String twice =
          "[" + ApiLab.tap("vif-9", "tap9", 1500) + "," + ApiLab.tap("vif-9", "tap99", 1500) + "]";
      lines = lab.askWell("POST", "/v1/batches", "/v1/batches?action=plug", twice).body();
      assertEquals(2, lines.lines().filter(line -> line.contains("also the id")).count());
      problem(lab.ask("POST", "/v1/batches", "/v1/batches?action=odd", "[]"), 400, "?action");
      assertEquals("", lab.ask("POST", "/v1/batches", "/v1/batches", "[]").body());
    }
  }

  /** Each could be a tree of hundreds of megabytes; those who ask properly do not notice. */
  @KernelTest
  void whatWouldTakeFarMoreMemoryThanItsBytesIsRefused() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      String manyElements = "[" + "[],".repeat(1_000_000) + "[]]";
      String manyValues = "[[" + "[],".repeat(1_000_000) + "[]]]";
      UnixHttp.Answer elements =
          lab.ask("POST", "/v1/batches", "/v1/batches?action=plug", manyElements);
      assertEquals(400, elements.status());
      assertTrue(elements.body().contains("at most 20000"), elements.body());
      for (String target : List.of("/v1/batches", "/v1/plans", "/v1/negotiations")) {
        assertEquals(400, lab.ask("POST", target, target, manyValues).status());
      }
      assertEquals(400, lab.ask("PUT", ONE, "/v1/vifs/x", manyElements).status());
    }
  }

  @KernelTest
  void plansTouchNothing() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      String vif = ApiLab.tap("vif-1", "tap1", 1400);
      String line = lab.askWell("POST", "/v1/plans", "/v1/plans", vif).body();
      assertTrue(
          line.startsWith("{\"id\":\"vif-1\",\"name\":\"tap1\",\"devices\":[\"tap1\"]"), line);
      assertEquals(Optional.empty(), lab.link("tap1"));
      String text = lab.ask("POST", "/v1/plans", "/v1/plans", vif, "Accept: text/plain").body();
      assertTrue(text.startsWith("VIF vif-1 tap1:\n  1. "), text);
      String wrong =
          lab.ask("POST", "/v1/plans", "/v1/plans?numbered=true", "[" + vif + ",{}]").body();
      assertEquals(2, wrong.lines().count());
      assertTrue(wrong.contains("{\"element\":1,\"wrong_input\":true,"), wrong);
      lab.askWell("PUT", ONE, "/v1/vifs/vif-1", vif);
      String unplug =
          lab.askWell("POST", "/v1/plans", "/v1/plans?action=unplug", "{\"id\":\"vif-1\"}").body();
      assertTrue(unplug.contains("ip link delete dev tap1") || unplug.contains("tap1"), unplug);
    }
  }

  @KernelTest
  void saysWhatItIsAndTakes() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      assertTrue(lab.ask("GET", "/v1/version", "/v1/version", "").body().contains("1.2.3"));
      lab.ask("GET", "/v1/configuration", "/v1/configuration", "");
      String all = lab.ask("GET", "/v1/host-info", "/v1/host-info", "").body();
      String few = lab.ask("GET", "/v1/host-info", "/v1/host-info?permit=VIFBridge", "").body();
      assertTrue(few.length() < all.length(), few);
      String chosen =
          lab.askWell("POST", "/v1/negotiations", "/v1/negotiations", "{\"host_info\":" + few + "}")
              .body();
      assertTrue(chosen.startsWith("{\"vif\":{\"versioned_object.name\":\"VIFBridge\""), chosen);
      problem(lab.ask("POST", "/v1/negotiations", "/v1/negotiations", "{}"), 400, "host_info");
    }
  }

  @KernelTest
  void endpointsAreVifsThatStay() throws Exception {
    Path networks = folder.resolve("networks.json");
    Files.writeString(
        networks,
        "{\"networks\":{\"blue\":{\"kind\":\"bridge\",\"bridge\":\"br-blue\",\"mtu\":1450}}}");
    String port = "b6f9bd7a-ac5e-4b6f-9f3e-d3f6ac5e4b6f";
    String asked =
        "{\"network\":\"blue\",\"port\":\""
            + port
            + "\",\"acceptable\":[\"tap\"],"
            + "\"mac\":\"02:00:00:00:00:01\"}";
    String id = "/v1/endpoints/{id}";
    try (ApiLab lab = new ApiLab(folder, networks.toString())) {
      String made = lab.askWell("POST", "/v1/endpoints", "/v1/endpoints", asked).body();
      assertTrue(made.startsWith("{\"id\":\"blue/tap/" + port + "\",\"type\":\"tap\""), made);
      assertEquals(1, lab.keeper().statistics().declared());
      problem(
          lab.ask("POST", "/v1/endpoints", "/v1/endpoints", asked.replace("blue", "red")),
          400,
          "network");
      String other = asked.replace("\"tap\"", "\"vhost-user\"");
      assertEquals(409, lab.askWell("POST", "/v1/endpoints", "/v1/endpoints", other).status());
      lab.ask("DELETE", id, "/v1/endpoints/blue%2Ftap%2F" + port, "");
      assertEquals(0, lab.keeper().statistics().declared());
      assertEquals(200, lab.ask("DELETE", id, "/v1/endpoints/blue/tap/" + port, "").status());
    }
    try (ApiLab lab = new ApiLab(folder, null)) {
      assertEquals(404, lab.askWell("POST", "/v1/endpoints", "/v1/endpoints", asked).status());
    }
  }
}
