package io.fastvif.plugin.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.VifVhostUser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VhostUserPluginTest {
  private static final HostSnapshot EMPTY = new SnapshotBuilder().build();

  private static VifPlugin plugin(Map<String, String> options) {
    return new VhostUserPlugin.Factory().create(new PluginOptions("vhostuser", options));
  }

  private static VifVhostUser.Builder vif(VhostUserMode mode) {
    return VifVhostUser.builder()
        .id("cd613e30-d8f1-4adf-91b7-584a2265b1f5")
        .plugin("vhostuser")
        .path("/run/vhu/a.sock")
        .mode(mode);
  }

  private static List<String> steps(PlugPlan plan) {
    return plan.steps().stream().map(planned -> planned.step().toString()).toList();
  }

  @Test
  void plugWaitsForTheBackendsSocketAndSetsItsOwner() {
    PlugPlan plan =
        plugin(Map.of("socket_owner", "107", "wait_seconds", "5"))
            .plug(vif(VhostUserMode.CLIENT).build(), null, EMPTY);
    assertEquals(
        List.of(
            "make folder /run/vhu mode 0755",
            "wait up to 5000 ms for a vhost-user backend on /run/vhu/a.sock, then set mode 0660"
                + " owner 107"),
        steps(plan));
    assertEquals(
        "remove folder /run/vhu if it is empty", plan.steps().getFirst().undo().toString());
    assertEquals(
        "wait up to 30000 ms for a vhost-user backend on /run/vhu/a.sock",
        steps(plugin(Map.of()).plug(vif(VhostUserMode.CLIENT).build(), null, EMPTY)).getLast());
    assertEquals(
        List.of(), steps(plugin(Map.of()).unplug(vif(VhostUserMode.CLIENT).build(), null, EMPTY)));
  }

  @Test
  void aHypervisorThatListensNeedsAFolderAndLeavesASocket() {
    VifPlugin plugin = plugin(Map.of("folder_permissions", "0770", "folder_group", "36"));
    assertEquals(
        List.of("make folder /run/vhu mode 0770 group 36"),
        steps(plugin.plug(vif(VhostUserMode.SERVER).build(), null, EMPTY)));
    assertEquals(
        List.of("remove socket /run/vhu/a.sock if nobody answers on it"),
        steps(plugin.unplug(vif(VhostUserMode.SERVER).build(), null, EMPTY)));
    assertEquals(
        List.of(),
        steps(
            plugin.unplug(vif(VhostUserMode.SERVER).preserveOnDelete(true).build(), null, EMPTY)));
  }

  @Test
  void waitCanBeSwitchedOff() {
    assertEquals(
        List.of("make folder /run/vhu mode 0755"),
        steps(
            plugin(Map.of("wait_seconds", "0"))
                .plug(vif(VhostUserMode.CLIENT).build(), null, EMPTY)));
  }

  @Test
  void refusesOtherVifs() {
    assertThrows(
        InvalidInputException.class,
        () ->
            plugin(Map.of())
                .plug(
                    vif(VhostUserMode.CLIENT)
                        .portProfile(PortProfileFpBridge.builder().build())
                        .build(),
                    null,
                    EMPTY));
    String tooLong = "/run/" + "x".repeat(103);
    assertEquals(
        "path",
        assertThrows(
                InvalidInputException.class,
                () ->
                    plugin(Map.of())
                        .plug(vif(VhostUserMode.CLIENT).path(tooLong).build(), null, EMPTY))
            .path());
    assertEquals(
        "mode is not set: expected a value",
        assertThrows(
                InvalidInputException.class,
                () ->
                    plugin(Map.of())
                        .unplug(VifVhostUser.builder().id("a").path("/run/a").build(), null, EMPTY))
            .getMessage());
  }
}
