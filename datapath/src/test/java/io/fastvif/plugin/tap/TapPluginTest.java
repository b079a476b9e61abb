package io.fastvif.plugin.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Action;
import io.fastvif.plan.AddressGeneration;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.Step;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.Links;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TapPluginTest {
  private static final String ID = "cd613e30-d8f1-4adf-91b7-584a2265b1f5";
  private static final String MAC = "fa:16:3e:20:82:3c";
  private static final HostSnapshot EMPTY = new SnapshotBuilder().build();

  private static VifPlugin plugin(String... options) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    return new TapPlugin.Factory().create(new PluginOptions("tap", values));
  }

  private static VifGeneric.Builder vif() {
    return VifGeneric.builder()
        .id(ID)
        .address(MacAddress.parse(MAC))
        .plugin("tap")
        .vifName("tap0")
        .network(Network.builder().mtu(9000).build());
  }

  private static LinkSettings settings() {
    return LinkSettings.NONE
        .withMtu(9000)
        .withAddress(MacAddress.parse(MAC))
        .withIpv6AddressGeneration(false)
        .withAlias("fastvif:" + ID)
        .withUp(true);
  }

  @Test
  void plugCreatesThenConfigures() {
    PlugPlan plan = plugin().plug(vif().build(), null, EMPTY);
    Step create =
        new LocalStep.CreateTap("tap0", false, false, OptionalInt.empty(), OptionalInt.empty());
    assertEquals(
        List.of(
            PlannedStep.own(create, new DeleteLink("tap0", 0, 0)),
            PlannedStep.own(new NetlinkStep.ConfigureLink("tap0", 0, settings()), null)),
        plan.steps());
    assertEquals(List.of("tap0"), plan.devices());
    assertEquals(Action.PLUG, plan.action());
  }

  @Test
  void optionsReachTheTap() {
    VifPlugin plugin =
        plugin("multi_queue", "true", "vnet_header", "true", "owner", "107", "group", "36");
    PlugPlan plan = plugin.plug(vif().build(), null, EMPTY);
    assertEquals(
        new LocalStep.CreateTap("tap0", true, true, OptionalInt.of(107), OptionalInt.of(36)),
        plan.steps().get(0).step());
  }

  @Test
  void withoutAnMtuTheOptionDecides() {
    PlugPlan plan =
        plugin("network_device_mtu", "1400")
            .plug(vif().network(Network.builder().build()).build(), null, EMPTY);
    NetlinkStep.ConfigureLink configure = (NetlinkStep.ConfigureLink) plan.steps().get(1).step();
    assertEquals(1400, configure.settings().mtu());
  }

  @Test
  void withoutAnyMtuTheLinksOwnDecidesOverIpv6() {
    VifGeneric vif = vif().network(Network.builder().build()).build();
    VifPlugin plugin = plugin("network_device_mtu", "0");
    NetlinkStep.ConfigureLink configure =
        (NetlinkStep.ConfigureLink) plugin.plug(vif, null, EMPTY).steps().get(1).step();
    assertNull(configure.settings().mtu());
    assertEquals(AddressGeneration.NONE, configure.settings().addressGeneration());
    LinkState small = LinkState.builder(7, "tap0", "tun").mtu(1279).alias("fastvif:" + ID).build();
    PlugPlan plan = plugin.plug(vif, null, new SnapshotBuilder().link(small).build());
    assertEquals(
        "[set tap0: address " + MAC + " up]",
        plan.steps().stream().map(PlannedStep::step).toList().toString());
  }

  @Test
  void belowIpv6sMinMtuNoIpv6SettingIsSent() {
    PlugPlan plan =
        plugin().plug(vif().network(Network.builder().mtu(1279).build()).build(), null, EMPTY);
    NetlinkStep.ConfigureLink configure = (NetlinkStep.ConfigureLink) plan.steps().get(1).step();
    assertNull(configure.settings().addressGeneration());
  }

  @Test
  void replugIsUnchanged() {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.up(Links.link(7, "tap0", "tun"), "fastvif:" + ID, 9000, MAC, 0, false))
            .build();
    PlugPlan plan = plugin().plug(vif().build(), null, host);
    assertTrue(plan.steps().isEmpty());
    assertEquals(List.of("tap0"), plan.devices());
  }

  @Test
  void differencesAreCorrectedAndCanBeUndone() {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.up(Links.link(7, "tap0", "tun"), "fastvif:" + ID, 1500, MAC, 0, false))
            .build();
    PlugPlan plan = plugin().plug(vif().build(), null, host);
    assertEquals(
        List.of(
            PlannedStep.own(
                new NetlinkStep.ConfigureLink("tap0", 7, LinkSettings.NONE.withMtu(9000)),
                new NetlinkStep.ConfigureLink("tap0", 7, LinkSettings.NONE.withMtu(1500)))),
        plan.steps());
  }

  @Test
  void anOwnPortThatIsDownComesUpOnlyWhenItGeneratesNoAddress() {
    LinkState down =
        LinkState.builder(7, "tap0", "tun")
            .address(MacAddress.parse(MAC))
            .alias("fastvif:" + ID)
            .build();
    PlugPlan plan = plugin().plug(vif().build(), null, new SnapshotBuilder().link(down).build());
    LinkSettings none = LinkSettings.NONE;
    assertEquals(
        List.of(
            PlannedStep.own(
                new NetlinkStep.ConfigureLink(
                    "tap0", 7, none.withMtu(9000).withIpv6AddressGeneration(false)),
                new NetlinkStep.ConfigureLink(
                    "tap0", 7, none.withMtu(1500).withIpv6AddressGeneration(true))),
            PlannedStep.own(
                new NetlinkStep.ConfigureLink("tap0", 7, none.withUp(true)),
                new NetlinkStep.ConfigureLink("tap0", 7, none.withUp(false)))),
        plan.steps());
  }

  @Test
  void unplugDeletesLinksWithTheVifsAlias() {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.up(Links.link(7, "renamed", "tun"), "fastvif:" + ID, 1500, MAC, 0, false))
            .link(Links.link(8, "tap0", "tun"))
            .build();
    PlugPlan plan = plugin().unplug(vif().build(), null, host);
    assertEquals(List.of(PlannedStep.own(new DeleteLink("renamed", 7, 0), null)), plan.steps());
    assertEquals(List.of("tap0 is left: fastvif did not make it for this VIF"), plan.notes());
  }

  @Test
  void unplugOfMissingOrPreservedVifIsUnchanged() {
    assertTrue(plugin().unplug(vif().build(), null, EMPTY).steps().isEmpty());
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.up(Links.link(7, "tap0", "tun"), "fastvif:" + ID, 1500, MAC, 0, false))
            .build();
    PlugPlan plan = plugin().unplug(vif().preserveOnDelete(true).build(), null, host);
    assertTrue(plan.steps().isEmpty());
    assertEquals(List.of("tap0 is left: preserve_on_delete is set"), plan.notes());
  }

  @Test
  void refusesOtherTypesProfilesAndMissingNames() {
    InvalidInputException type =
        assertThrows(
            InvalidInputException.class,
            () -> plugin().plug(VifBridge.builder().id(ID).build(), null, EMPTY));
    assertEquals(
        "versioned_object.name: \"VIFBridge\" is not plugged by the plugin tap:"
            + " expected VIFGeneric",
        type.getMessage());
    InvalidInputException profile =
        assertThrows(
            InvalidInputException.class,
            () ->
                plugin()
                    .plug(
                        vif().portProfile(PortProfileFpBridge.builder().build()).build(),
                        null,
                        EMPTY));
    assertEquals("port_profile", profile.path());
    InvalidInputException name =
        assertThrows(
            InvalidInputException.class,
            () -> plugin().plug(VifGeneric.builder().id(ID).plugin("tap").build(), null, EMPTY));
    assertEquals("vif_name", name.path());
    InvalidInputException id =
        assertThrows(
            InvalidInputException.class,
            () -> plugin().plug(vif().id("two words").build(), null, EMPTY));
    assertEquals("id", id.path());
  }
}
