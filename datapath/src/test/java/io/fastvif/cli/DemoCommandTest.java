package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;

/** The demonstration, small. */
class DemoCommandTest {
  @KernelTest
  void aSmallDemonstrationPingsAndLeavesNothing() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    String before = ip.run("-o link");
    CommandRun run = CommandRun.of("demo", "--vifs", "20", "--json").expect(Fastvif.DONE);
    assertEquals(1, run.lines().size());
    String json = run.out();
    assertTrue(json.startsWith("{\"vifs\":20,\"threads\":4,"), json);
    assertTrue(json.contains("\"pings_sent\":3,\"pings_answered\":3,\"devices_left\":0}"), json);
    for (String measured :
        new String[] {
          "{\"system\":\"fastvif\",\"operation\":\"plug\",\"vifs\":20,\"micros_per_vif\":",
          "{\"system\":\"fastvif\",\"operation\":\"unplug\",\"vifs\":20,\"micros_per_vif\":",
          "{\"system\":\"ip-batch\",\"operation\":\"plug\",\"vifs\":20,\"micros_per_vif\":",
          "{\"system\":\"ip-batch\",\"operation\":\"unplug\",\"vifs\":20,\"micros_per_vif\":",
        }) {
      assertTrue(json.contains(measured), json);
    }
    assertEquals(before, ip.run("-o link"));
  }

  @KernelTest
  void withoutIpThePeerIsNotMeasured() throws Exception {
    ChildRun run = ChildRun.asRoot("demo", "--vifs", "4");
    assertEquals(Fastvif.DONE, run.status(), run::toString);
    assertTrue(
        run.out().contains("ip -batch: not measured: ip is missing: apt-get install iproute2"),
        run::toString);
    assertTrue(run.out().contains("devices left after unplug: 0"), run::toString);
  }
}
