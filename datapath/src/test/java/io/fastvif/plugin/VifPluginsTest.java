package io.fastvif.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plugin.tap.TapPlugin;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VifGeneric;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VifPluginsTest {
  @Test
  void findsAPluginByTheNameInTheVif() {
    VifPlugins plugins = VifPlugins.installed();
    VifGeneric vif = VifGeneric.builder().plugin("tap").build();
    assertInstanceOf(TapPlugin.class, plugins.of(vif));
    assertSame(plugins.of(vif), plugins.of(vif));
  }

  @Test
  void namesTheInstalledPluginsWhenTheVifNamesAnother() {
    VifGeneric vif = VifGeneric.builder().plugin("warp").build();
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> VifPlugins.installed().of(vif));
    assertEquals(
        "plugin: \"warp\" is not installed: expected one of linux_bridge, noop, tap",
        refused.getMessage());
  }

  @Test
  void refusesUnknownOptionsAndValues() {
    assertEquals(
        "option",
        assertThrows(
                InvalidInputException.class,
                () -> VifPlugins.installed(Map.of("tap.colour", "red")))
            .path());
    VifPlugins plugins = VifPlugins.installed(Map.of("tap.multi_queue", "perhaps"));
    VifGeneric vif = VifGeneric.builder().plugin("tap").build();
    assertEquals(
        "tap.multi_queue: \"perhaps\" is not a flag: expected true or false",
        assertThrows(InvalidInputException.class, () -> plugins.of(vif)).getMessage());
    VifPlugins outOfRange = VifPlugins.installed(Map.of("tap.owner", "-1"));
    assertEquals(
        "tap.owner", assertThrows(InvalidInputException.class, () -> outOfRange.of(vif)).path());
    VifPlugins unknown = VifPlugins.installed(Map.of("linux_bridge.create_port", "tape"));
    VifGeneric bridged = VifGeneric.builder().plugin("linux_bridge").build();
    assertEquals(
        "linux_bridge.create_port: \"tape\" is not known: expected one of none, tap, veth",
        assertThrows(InvalidInputException.class, () -> unknown.of(bridged)).getMessage());
  }
}
