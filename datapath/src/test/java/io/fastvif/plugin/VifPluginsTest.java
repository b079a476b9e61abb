package io.fastvif.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.host.HostCapabilities;
import io.fastvif.host.HostInfo;
import io.fastvif.host.PluginCapabilities;
import io.fastvif.plugin.tap.TapPlugin;
import io.fastvif.vif.Envelope;
import io.fastvif.vif.Field;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.PortProfileK8sDpdk;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifNestedDpdk;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
        "plugin: \"warp\" is not installed: expected one of direct, hostdev, linux_bridge,"
            + " nested_dpdk, noop, ovs, tap, vhostuser, vhostuser_fp",
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
        "tap.multi_queue: \"perhaps\" is not a flag: expected true or false (or 1, yes, on; 0,"
            + " no, off)",
        assertThrows(InvalidInputException.class, () -> plugins.of(vif)).getMessage());
    VifPlugins outOfRange = VifPlugins.installed(Map.of("tap.owner", "-1"));
    assertEquals(
        "tap.owner", assertThrows(InvalidInputException.class, () -> outOfRange.of(vif)).path());
    VifPlugins unknown = VifPlugins.installed(Map.of("linux_bridge.create_port", "tape"));
    VifBridge bridged = VifBridge.builder().plugin("linux_bridge").build();
    assertEquals(
        "linux_bridge.create_port: \"tape\" is not known: expected one of none, tap, veth",
        assertThrows(InvalidInputException.class, () -> unknown.of(bridged)).getMessage());
  }

  @Test
  void describesWhatIsInstalled() {
    assertEquals(
        List.of(
            "direct: VIFDirect 1.0 [VIFPortProfile8021Qbg 1.0 to 1.1,"
                + " VIFPortProfile8021Qbh 1.0 to 1.1]",
            "hostdev: VIFHostDevice 1.0 [VIFPortProfileOpenVSwitch 1.0 to 1.4,"
                + " VIFPortProfileOVSRepresentor 1.0 to 1.4]",
            "linux_bridge: VIFBridge 1.0 []",
            "nested_dpdk: VIFNestedDPDK 1.0 [VIFPortProfileK8sDPDK 1.0 to 1.1]",
            "noop: VIFVHostUser 1.0 to 1.1 [], VIFHostDevice 1.0 [], VIFNestedDPDK 1.0"
                + " [VIFPortProfileK8sDPDK 1.0 to 1.1]",
            "ovs: VIFBridge 1.0 [VIFPortProfileOpenVSwitch 1.0 to 1.4], VIFOpenVSwitch 1.0"
                + " [VIFPortProfileOpenVSwitch 1.0 to 1.4], VIFVHostUser 1.0 to 1.1"
                + " [VIFPortProfileOpenVSwitch 1.0 to 1.4, VIFPortProfileOVSRepresentor 1.0 to 1.4,"
                + " VIFPortProfileFPOpenVSwitch 1.0 to 1.4], VIFHostDevice 1.0"
                + " [VIFPortProfileOpenVSwitch 1.0 to 1.4, VIFPortProfileOVSRepresentor 1.0 to"
                + " 1.4]",
            "tap: VIFGeneric 1.0 []",
            "vhostuser: VIFVHostUser 1.0 to 1.1 []",
            "vhostuser_fp: VIFVHostUser 1.0 to 1.1 [VIFPortProfileFPBridge 1.0 to 1.1,"
                + " VIFPortProfileFPOpenVSwitch 1.0 to 1.4, VIFPortProfileFPTap 1.0 to 1.1]"),
        HostCapabilities.of(VifPlugins.installed().hostInfo()).plugins().stream()
            .map(VifPluginsTest::line)
            .toList());
  }

  private static String line(PluginCapabilities plugin) {
    return plugin.types().stream()
        .map(
            type ->
                type
                    + " "
                    + plugin.vif(type).orElseThrow().versions()
                    + plugin.vif(type).orElseThrow().profiles().orElseThrow().entrySet().stream()
                        .map(profile -> profile.getKey() + " " + profile.getValue())
                        .collect(Collectors.joining(", ", " [", "]")))
        .collect(Collectors.joining(", ", plugin.name() + ": ", ""));
  }

  @Test
  void keepsOnlyPermittedTypes() {
    HostInfo all = VifPlugins.installed().hostInfo();
    HostInfo some = all.permitting(List.of("VIFGeneric", "VIFNestedDPDK", "VIFWarp"));
    assertEquals(
        List.of(
            "nested_dpdk: VIFNestedDPDK 1.0 [VIFPortProfileK8sDPDK 1.0 to 1.1]",
            "noop: VIFNestedDPDK 1.0 [VIFPortProfileK8sDPDK 1.0 to 1.1]",
            "tap: VIFGeneric 1.0 []"),
        HostCapabilities.of(some).plugins().stream().map(VifPluginsTest::line).toList());
    assertEquals(List.of(), all.permitting(List.of()).pluginInfo().get());
  }

  @Test
  void refusesWhatThePluginDoesNotTakeBeforePlanning() {
    assertEquals(
        "versioned_object.name: \"VIFBridge\" is not plugged by the plugin tap: expected"
            + " VIFGeneric, or the plugin linux_bridge or ovs",
        refused(VifBridge.builder().plugin("tap").build()));
    assertEquals(
        "versioned_object.name: \"VIFDirect\" is not plugged by the plugin tap: expected"
            + " VIFGeneric, or the plugin direct",
        refused(VifDirect.builder().plugin("tap").build()));
    HostInfo withoutDirect = VifPlugins.installed().hostInfo().permitting(List.of("VIFGeneric"));
    assertEquals(
        "versioned_object.name: \"VIFDirect\" is not plugged by the plugin tap: expected"
            + " VIFGeneric; no plugin here takes VIFDirect, there are tap",
        assertThrows(
                InvalidInputException.class,
                () ->
                    HostCapabilities.of(withoutDirect)
                        .check(VifDirect.builder().plugin("tap").build()))
            .getMessage());
    assertEquals("plugin is not set: expected a value", refused(VifGeneric.builder().build()));
    VifGeneric.Builder newer = VifGeneric.builder().plugin("tap");
    newer.envelope(new Envelope(new Version(1, 1), Field.unset()));
    assertEquals(
        "versioned_object.version: \"1.1\" is not a version of VIFGeneric that the plugin tap"
            + " takes: expected 1.0",
        refused(newer.build()));
    PortProfileK8sDpdk.Builder profile = PortProfileK8sDpdk.builder();
    profile.envelope(new Envelope(new Version(1, 2), Field.unset()));
    assertEquals(
        "port_profile.versioned_object.version: \"1.2\" is not a version of VIFPortProfileK8sDPDK"
            + " that the plugin noop takes: expected 1.0 to 1.1",
        refused(VifNestedDpdk.builder().plugin("noop").portProfile(profile.build()).build()));
    assertEquals(
        "port_profile: \"VIFPortProfile8021Qbh\" is not taken by the plugin noop: expected"
            + " VIFPortProfileK8sDPDK or none",
        refused(
            VifNestedDpdk.builder()
                .plugin("noop")
                .portProfile(PortProfile8021Qbh.builder().build())
                .build()));
  }

  private static String refused(Vif vif) {
    return assertThrows(InvalidInputException.class, () -> VifPlugins.installed().of(vif))
        .getMessage();
  }
}
