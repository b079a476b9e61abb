package io.fastvif.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.agent.VifState;
import io.fastvif.agent.client.LoopbackProxy;
import io.fastvif.agent.http.Access;
import io.fastvif.agent.http.HttpOptions;
import io.fastvif.agent.http.HttpRoute;
import io.fastvif.agent.http.HttpServer;
import io.fastvif.agent.http.Method;
import io.fastvif.agent.http.Response;
import io.fastvif.agent.text.JsonText;
import io.fastvif.fastpath.BurstReport;
import io.fastvif.testing.Browser;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;

/** The page in Chromium, which gets it as from {@code fastvif agent open}. */
class StatusPageTest {
  private static final int TAB = 9;
  private static final int ENTER = 13;
  private static final String HOSTILE = "<img src=x onerror=\"document.title='owned'\">";
  private static final String HOSTILE_NOTE =
      "</script><script>document.title='owned'</script><svg onload=alert(1)>";

  /** How much text and its background must differ (WCAG 2.1, AA), of all that is shown. */
  private static final String LEAST_CONTRAST =
      """
      (() => {
        const parse = colour => colour.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
          .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = element => {
          for (let e = element; e; e = e.parentElement) {
            const colour = parse(getComputedStyle(e).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
          }
          return [255, 255, 255];
        };
        let least = 100, where = "";
        for (const e of document.querySelectorAll("body *")) {
          const isShown = e.checkVisibility() && !e.closest("svg, [aria-hidden=true], option");
          const isText = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
          if (!isShown || !isText) continue;
          const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < least) { least = ratio; where = e.outerHTML.slice(0, 80); }
        }
        return least >= 4.5 ? "enough" : least + " of " + where;
      })()
      """;

  @TempDir Path folder;

  private final AtomicReference<HttpServer> server = new AtomicReference<>();
  private final List<Response.Sink> listeners = new ArrayList<>();
  private final List<String> vifs = new ArrayList<>();
  private Path socket;

  /** A VIF as the agent lists it. */
  private static String vif(String id, String state, String device, String problem) {
    return JsonText.line(
        out -> {
          out.writeStartObject();
          out.writeStringField("id", id);
          out.writeStringField("name", device);
          out.writeStringField("plugin", "tap");
          out.writeStringField("state", state);
          out.writeStringField("since", Instant.now().minusSeconds(600).toString());
          JsonText.strings(out, "devices", List.of(device));
          out.writeNumberField("repairs", 2);
          out.writeStringField("problem", problem);
          out.writeEndObject();
        });
  }

  private static String event(String kind, String vif, String detail) {
    return "event: "
        + kind
        + "\ndata: "
        + JsonText.line(
            out -> {
              out.writeStartObject();
              out.writeNumberField("number", 1);
              out.writeStringField("time", Instant.now().toString());
              out.writeStringField("kind", kind);
              out.writeStringField("id", vif);
              out.writeStringField("detail", detail);
              out.writeEndObject();
            })
        + "\n\n";
  }

  private void listen(FakeKeeper keeper) throws IOException {
    socket = folder.resolve("agent.sock");
    AgentDocuments documents =
        new AgentDocuments(
            new AgentSources(
                "1.2.3",
                "compute-7",
                Instant.now(),
                keeper,
                () -> List.of(Reports.of("guest", true, 1, 10)),
                BurstReport::none,
                List::of,
                List::of,
                List::of,
                () -> server.get().statistics(),
                new RequestCounters()));
    List<HttpRoute> routes = new ArrayList<>(documents.routes());
    routes.add(
        HttpRoute.quick(
            Method.GET,
            "/v1/vifs",
            Access.READ,
            request -> Response.json(200, "{\"vifs\":[" + String.join(",", vifs) + "]}")));
    routes.add(
        HttpRoute.quick(
            Method.GET,
            "/v1/vifs/{id}",
            Access.READ,
            request -> Response.json(200, "{\"id\":\"" + request.segment("id") + "\"}")));
    routes.add(
        HttpRoute.quick(
            Method.GET,
            "/v1/events",
            Access.READ,
            request -> Response.stream("text/event-stream", listeners::add)));
    server.set(
        HttpServer.listen(
            HttpOptions.byDefault(),
            socket,
            PosixFilePermissions.fromString("rw-------"),
            null,
            routes));
  }

  /** The browser reaches the page there, and nothing else. */
  private static void raiseLoopback() throws Exception {
    Peer.require("ip", "iproute2").run("link set lo up");
  }

  @KernelTest
  void whatOthersHaveWrittenIsTextAndAllOfItCanBeUsedByKeyboard() throws Exception {
    raiseLoopback();
    for (int i = 0; i < 250; i++) {
      vifs.add(vif("vif-" + i, "plugged", "tap" + i, ""));
    }
    vifs.add(vif("hostile/1", "failed", HOSTILE, HOSTILE_NOTE));
    try (VifHost host = VifHost.open();
        Browser browser = Browser.start(folder, 1440, 1000)) {
      FakeKeeper keeper = new FakeKeeper(host);
      keeper.vifs.put(VifState.PLUGGED, 250L);
      keeper.vifs.put(VifState.FAILED, 1L);
      listen(keeper);
      try (LoopbackProxy proxy = LoopbackProxy.open(socket.toString())) {
        browser.open(proxy.url());
        browser.await("251 VIFs", "document.getElementById('shown').textContent");
        browser.await("251", "document.getElementById('declared').textContent");
        browser.await("✓ ready", "document.getElementById('ready').textContent");
        assertEquals(
            "100", browser.evaluate("document.querySelectorAll('tr.vif').length"), "rows at first");
        assertEquals(
            HOSTILE,
            browser.evaluate("document.querySelector('tr.vif .name').textContent"),
            "what has failed comes first");
        assertEquals(
            HOSTILE_NOTE, browser.evaluate("document.querySelector('tr.vif .note').textContent"));
        assertEquals("0", browser.evaluate("document.querySelectorAll('img').length"));
        assertEquals(
            "vhuguest", browser.evaluate("document.querySelector('#ports .plain').textContent"));

        browser.await("true", "document.getElementById('link').textContent.includes('live')");
        listeners.getFirst().write(event("drifted", HOSTILE, HOSTILE_NOTE));
        browser.await("1", "document.querySelectorAll('#events li').length");
        assertEquals(
            HOSTILE_NOTE,
            browser.evaluate("document.querySelector('#events li').lastChild.textContent"));

        browser.evaluate("document.getElementById('filter').focus()");
        browser.evaluate(
            "(f => { f.value = 'tap42'; f.dispatchEvent(new Event('input')); })"
                + "(document.getElementById('filter'))");
        assertEquals(
            "1 of 251 VIFs", browser.evaluate("document.getElementById('shown').textContent"));
        browser.press("Tab", TAB); // the states
        for (int i = 0; i < 7; i++) {
          browser.press("Tab", TAB); // the columns, and then the VIF's name
        }
        assertEquals("tap42", browser.evaluate("document.activeElement.textContent"));
        browser.press("Enter", ENTER);
        browser.await(
            "true", "document.querySelector('.detail pre').textContent.includes('\"vif-42\"')");
        assertEquals("true", browser.evaluate("document.activeElement.ariaExpanded"));
        assertEquals(
            "",
            browser.evaluate(
                "[...document.querySelectorAll('button, input, select, svg[role=img]')]"
                    + ".filter(e => !(e.ariaLabel || e.textContent.trim())).map(e => e.outerHTML)"),
            "without a name for those who do not see them");
        browser.prefer("light");
        assertEquals("enough", browser.evaluate(LEAST_CONTRAST));
        browser.prefer("dark");
        assertEquals("enough", browser.evaluate(LEAST_CONTRAST));
        assertEquals("compute-7 – fastvif agent", browser.evaluate("document.title"));
        assertEquals(List.of(), browser.complaints());
      } finally {
        server.get().close();
      }
    }
  }

  @KernelTest
  void anAgentThatIsNotReadyOrGoneIsSeenAtOnce() throws Exception {
    raiseLoopback();
    try (VifHost host = VifHost.open();
        Browser browser = Browser.start(folder, 1000, 800)) {
      FakeKeeper keeper = new FakeKeeper(host);
      keeper.unreadiness = List.of("the store cannot be <read>");
      listen(keeper);
      try (LoopbackProxy proxy = LoopbackProxy.open(socket.toString())) {
        browser.open(proxy.url());
        browser.await("✕ not ready", "document.getElementById('ready').textContent");
        assertEquals(
            "the store cannot be <read>",
            browser.evaluate("document.querySelector('#notice li').textContent"));
        browser.await(
            "true", "document.getElementById('none').textContent.startsWith('No VIF is declared')");
        assertEquals("enough", browser.evaluate(LEAST_CONTRAST));

        keeper.unreadiness = List.of();
        browser.await("true", "document.getElementById('notice').hidden");
        server.get().close();
        browser.await("true", "document.getElementById('link').textContent.includes('no answer')");
        listen(keeper); // started again
        browser.await("● live", "document.getElementById('link').textContent");
        assertTrue(browser.evaluate("document.body.className").isEmpty());
      } finally {
        server.get().close();
      }
    }
  }
}
