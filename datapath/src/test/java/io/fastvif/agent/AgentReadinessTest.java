package io.fastvif.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.http.UnixHttp;
import io.fastvif.config.HostConfiguration;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** What a whole agent says when asked whether it can plug. */
class AgentReadinessTest {
  @TempDir Path folder;

  private AgentOptions options(Map<String, String> configuration) {
    HostConfiguration.Builder builder = HostConfiguration.builder(Map.of());
    configuration.forEach(builder::option);
    return AgentOptions.of(
            AgentSocket.at(folder.resolve("agent.sock")), folder.resolve("state"), builder.build())
        .withLeases(folder.resolve("leases"));
  }

  private UnixHttp.Answer ask() throws IOException {
    return UnixHttp.ask(folder.resolve("agent.sock"), "GET", "/readyz", "");
  }

  @KernelTest
  void openVSwitchThatIsAwayIsAReason() throws Exception {
    try (OvsHost ovs = OvsHost.database(folder.resolve("ovs"), OvsHost.SCHEMA);
        Agent agent = Agent.open(options(Map.of("ovs.ovsdb_connection", ovs.address())))) {
      Await.until("the agent is ready", () -> ask().status() == 200);
      ovs.killDatabase();
      Await.until("the agent is not", () -> ask().status() == 503);
      UnixHttp.Answer answer = ask();
      assertEquals("application/problem+json", answer.header("content-type"));
      assertTrue(
          answer
              .body()
              .contains(
                  "\"reasons\":[\"Open vSwitch's database is not connected, or not initialized\"]"),
          answer::body);
      ovs.startDatabase();
      Await.until("the agent is ready again", () -> ask().status() == 200);
      assertTrue(agent.keeper().host().statistics().ovsConnected());
      ovs.startNewDatabase();
      Await.until("the agent is not, again", () -> ask().status() == 503);
      ovs.vsctl("--no-wait init");
      Await.until("the agent is ready with the new one", () -> ask().status() == 200);
    }
  }
}
