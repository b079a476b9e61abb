package io.fastvif.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.agent.client.LoopbackProxy;
import io.fastvif.agent.http.UnixHttp;
import io.fastvif.config.HostConfiguration;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.testing.Browser;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Network;
import io.fastvif.vif.VifGeneric;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent, seen in Chromium as by {@code fastvif agent open}. */
class AgentPageTest {
  private static final String ID = "<script>document.title='owned'</script>";

  @TempDir Path folder;

  private static String tap(String id, String name) {
    return VersionedObjectWriter.write(
        VifGeneric.builder()
            .id(id)
            .plugin("tap")
            .vifName(name)
            .network(Network.builder().mtu(1400).build())
            .build());
  }

  private static void plug(Path socket, String escapedId, String vif) throws Exception {
    UnixHttp.Answer answer = UnixHttp.ask(socket, "PUT", "/v1/vifs/" + escapedId, vif);
    assertEquals(200, answer.status(), answer::body);
  }

  @KernelTest
  void whatHappensOnTheHostIsSeen() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link set lo up");
    Path socket = folder.resolve("agent.sock");
    AgentOptions options =
        AgentOptions.of(
                AgentSocket.at(socket),
                folder.resolve("state"),
                HostConfiguration.builder(Map.of()).build())
            .withLeases(folder.resolve("leases"));
    try (Agent agent = Agent.open(options);
        LoopbackProxy proxy = LoopbackProxy.open(socket.toString());
        Browser browser = Browser.start(folder, 1440, 1000)) {
      plug(socket, "vif-1", tap("vif-1", "tap1"));
      browser.open(proxy.url());
      browser.await("● live", "document.getElementById('link').textContent");
      browser.await("1 VIF", "document.getElementById('shown').textContent");
      browser.await("1", "document.getElementById('declared').textContent");
      browser.await("✓ ready", "document.getElementById('ready').textContent");
      assertEquals("tap1", browser.evaluate("document.querySelector('tr.vif .name').textContent"));

      plug(socket, "%3Cscript%3Edocument.title='owned'%3C%2Fscript%3E", tap(ID, "tap2"));
      browser.await("2 VIFs", "document.getElementById('shown').textContent");
      browser.await(
          "true",
          "[...document.querySelectorAll('#events .id')].some(e => e.textContent === \""
              + ID.replace("</", "<\\/")
              + "\")");

      ip.run("link del tap1");
      browser.await(
          "true",
          "[...document.querySelectorAll('#events .state')]"
              + ".some(e => e.textContent.includes('repaired'))");
      browser.await(
          "1",
          "[...document.querySelectorAll('tr.vif')]"
              + ".find(e => e.textContent.includes('tap1')).lastChild.textContent");
      browser.await("1 repair", "document.getElementById('repairs').textContent");
      browser.evaluate("document.querySelector('tr.vif .name').click()");
      browser.await(
          "true", "document.querySelector('.detail pre').textContent.includes('VIFGeneric')");
      assertEquals("true", browser.evaluate("document.title.endsWith('fastvif agent')"));
      assertEquals(1, agent.keeper().statistics().repairs());
    }
  }
}
