package io.fastvif.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.agent.http.UnixHttp;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.VifGeneric;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What a caller has configured os-vif's plugins with goes with its request. */
class CallerOptionsTest {
  private static final String ONE = "/v1/vifs/{id}";
  private static final String TARGET = "/v1/vifs/vif-1";

  @TempDir Path folder;

  private static String asked(String configuration, String more) {
    String vif =
        VersionedObjectWriter.write(
            VifGeneric.builder().id("vif-1").plugin("tap").vifName("tap1").build());
    return "{\"vif\":" + vif + ",\"configuration\":" + configuration + more + "}";
  }

  @KernelTest
  void goesBeforeTheAgentsAndAfterTheOptionsOfTheRequest() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      String mtu = "{\"tap.network_device_mtu\":\"1300\"}";
      assertEquals(200, lab.askWell("PUT", ONE, TARGET, asked(mtu, "")).status());
      assertEquals(1300, lab.link("tap1").orElseThrow().mtu());
      assertTrue(
          lab.ask("GET", ONE, TARGET, "").body().contains("\"tap.network_device_mtu\":\"1300\""));
      String over = ",\"options\":{\"tap.network_device_mtu\":\"1400\"}";
      assertEquals(200, lab.askWell("PUT", ONE, TARGET, asked(mtu, over)).status());
      assertEquals(1400, lab.link("tap1").orElseThrow().mtu());
      assertEquals(200, lab.askWell("DELETE", ONE, TARGET, asked(mtu, over)).status());
      String batch = "[" + asked(mtu, ",\"action\":\"plug\"") + "]";
      lab.askWell("POST", "/v1/batches", "/v1/batches", batch);
      assertEquals(1300, lab.link("tap1").orElseThrow().mtu());
      String plan = lab.askWell("POST", "/v1/plans", "/v1/plans?action=unplug", batch).body();
      assertTrue(plan.contains("tap1"), plan);
    }
  }

  @KernelTest
  void whatNobodyHereHasIsLeftOut() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      String odd = "{\"ovs.of_tomorrow\":\"1\",\"ovs.ovs_vsctl_timeout\":\"7\"}";
      assertEquals(200, lab.askWell("PUT", ONE, TARGET, asked(odd, "")).status());
      assertTrue(lab.ask("GET", ONE, TARGET, "").body().contains("\"options\":{}"));
    }
  }

  @KernelTest
  void theDatabaseMustBeTheAgents() throws Exception {
    try (ApiLab lab = new ApiLab(folder, null)) {
      String same = "{\"ovs.ovsdb_connection\":\"tcp:127.0.0.1:6640\"}";
      assertEquals(200, lab.askWell("PUT", ONE, TARGET, asked(same, "")).status());
      for (String other : new String[] {"unix:/run/openvswitch/db.sock", "nowhere"}) {
        UnixHttp.Answer refused =
            lab.askWell("PUT", ONE, TARGET, asked(same.replace("tcp:127.0.0.1:6640", other), ""));
        assertEquals(400, refused.status());
        assertTrue(refused.body().contains("configuration.ovs.ovsdb_connection"), refused.body());
        assertTrue(refused.body().contains("is not"), refused.body());
      }
      UnixHttp.Answer noTexts =
          lab.ask("PUT", ONE, TARGET, asked("{\"ovs.isolate_vif\":true}", ""));
      assertEquals(400, noTexts.status());
      assertTrue(noTexts.body().contains("configuration.ovs.isolate_vif"), noTexts.body());
    }
  }
}
