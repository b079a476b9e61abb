package io.fastvif.plugin.noop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfileFpTap;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifHostDevice;
import io.fastvif.vif.VifNestedDpdk;
import io.fastvif.vif.VifVhostUser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoopPluginTest {
  private static final HostSnapshot EMPTY = new SnapshotBuilder().build();
  private final VifPlugin plugin =
      new NoopPlugin.Factory().create(new PluginOptions("noop", Map.of()));

  @Test
  void plugsWhatOthersMakeReadyWithoutAnyStep() {
    VifVhostUser vhostUser = VifVhostUser.builder().id("a").path("/run/s").build();
    assertEquals(List.of(), plugin.plug(vhostUser, null, EMPTY).steps());
    assertEquals(List.of(), plugin.unplug(vhostUser, null, EMPTY).steps());
    VifNestedDpdk nested =
        VifNestedDpdk.builder()
            .id("b")
            .portProfile(PortProfileK8sDpdk.builder().l3Setup(false).build())
            .build();
    assertEquals(List.of(), plugin.plug(nested, null, EMPTY).steps());
    assertEquals(List.of(), plugin.unplug(nested, null, EMPTY).steps());
    VifHostDevice remoteManaged = VifHostDevice.builder().id("c").build();
    assertEquals(List.of(), plugin.plug(remoteManaged, null, EMPTY).steps());
    assertEquals(List.of(), plugin.unplug(remoteManaged, null, EMPTY).steps());
    VifNestedDpdk bare = VifNestedDpdk.builder().id("b").build();
    assertEquals(List.of(), plugin.plug(bare, null, EMPTY).steps());
  }

  @Test
  void refusesOtherTypesAndProfiles() {
    VifBridge bridge = VifBridge.builder().id("a").build();
    assertThrows(InvalidInputException.class, () -> plugin.plug(bridge, null, EMPTY));
    VifVhostUser profiled =
        VifVhostUser.builder().id("a").portProfile(PortProfileFpTap.builder().build()).build();
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> plugin.unplug(profiled, null, EMPTY));
    assertEquals("port_profile", refused.path());
  }
}
