package io.fastvif.plugin.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeleteLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkSettings;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.MacvtapMode;
import io.fastvif.plan.MacvtapStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.Links;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfileFpBridge;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifDirect;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DirectPluginTest {
  private static final String ID = "cd613e30-d8f1-4adf-91b7-584a2265b1f5";
  private static final String ALIAS = "fastvif:" + ID;
  private static final MacAddress MAC = MacAddress.parse("fa:16:3e:20:82:3c");
  private static final PciAddress DEVICE = PciAddress.parse("0000:03:00.0");
  private static final PciAddress VF = PciAddress.parse("0000:03:10.2");
  private static final LinkSettings NONE = LinkSettings.NONE;

  private static final LinkState ETH0 = up(Links.link(2, "eth0", ""), "").on(null, DEVICE);
  private static final LinkState VLAN =
      up(Links.link(5, "eth0.7", "vlan"), "").on(new LowerLink(2, 7, null), null);

  private static LinkState up(LinkState link, String alias) {
    return Links.up(link, alias, 1500, "52:54:00:00:00:01", 0, false);
  }

  private static LinkState macvtap(String alias, MacvtapMode mode, int lower) {
    return Links.up(Links.link(9, "tap0", "macvtap"), alias, 1500, MAC.toString(), 0, false)
        .on(new LowerLink(lower, 0, mode), null);
  }

  private static VifPlugin plugin(String... options) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    return new DirectPlugin.Factory().create(new PluginOptions("direct", values));
  }

  private static VifDirect.Builder vif(DirectMode mode) {
    return VifDirect.builder()
        .id(ID)
        .address(MAC)
        .plugin("direct")
        .vifName("tap0")
        .devAddress(DEVICE)
        .mode(mode);
  }

  private static HostSnapshot host(LinkState... links) {
    SnapshotBuilder host = new SnapshotBuilder();
    for (LinkState link : links) {
      host.link(link);
    }
    return host.build();
  }

  private static PlannedStep file() {
    OptionalInt none = OptionalInt.empty();
    return PlannedStep.own(
        new MacvtapStep.MakeTapFile("tap0", "/dev", none, none, none),
        new MacvtapStep.RemoveTapFile("tap0", "/dev"));
  }

  private static PlannedStep create(MacvtapMode mode, boolean promiscuous, MacAddress mac) {
    return PlannedStep.own(
        new NetlinkStep.CreateMacvtap("tap0", "eth0", 2, mode, promiscuous, mac, 1500),
        new DeleteLink("tap0", 0, 0));
  }

  private static PlannedStep set(LinkSettings settings) {
    return PlannedStep.own(new NetlinkStep.ConfigureLink("tap0", 0, settings), null);
  }

  private static String refusal(VifDirect vif, HostSnapshot host) {
    return assertThrows(InvalidInputException.class, () -> plugin().plug(vif, null, host))
        .getMessage();
  }

  @Test
  void inModeVepaTheMacvtapIsMadeWithItsAddress() {
    PlugPlan plan = plugin().plug(vif(DirectMode.VEPA).build(), null, host(ETH0));
    assertEquals(
        List.of(
            create(MacvtapMode.VEPA, true, MAC),
            set(NONE.withIpv6AddressGeneration(false).withAlias(ALIAS)),
            file(),
            set(NONE.withUp(true))),
        plan.steps());
    assertEquals(List.of("tap0"), plan.devices());
  }

  @Test
  void inModePassthroughTheAddressIsSetAfterwards() {
    PlugPlan plan = plugin().plug(vif(DirectMode.PASSTHROUGH).build(), null, host(ETH0));
    assertEquals(
        List.of(
            create(MacvtapMode.PASSTHRU, true, null),
            set(NONE.withAddress(MAC).withIpv6AddressGeneration(false).withAlias(ALIAS)),
            file(),
            set(NONE.withUp(true))),
        plan.steps());
  }

  @Test
  void aVirtualFunctionIsNotMadePromiscuousUnlessAnOptionSaysSo() {
    HostSnapshot host =
        new SnapshotBuilder()
            .link(Links.link(4, "eth0v1", ""))
            .virtualFunction(
                VirtualFunctionState.of(VF, DEVICE, 1).withDriver("igbvf", new LinkId(4, "eth0v1")))
            .build();
    VifDirect vif = vif(DirectMode.PASSTHROUGH).devAddress(VF).build();
    assertEquals(
        "create macvtap tap0 mtu 1500 link eth0v1 mode passthru nopromisc",
        plugin().plug(vif, null, host).steps().getFirst().step().toString());
    assertEquals(
        "create macvtap tap0 mtu 1500 link eth0v1 mode passthru",
        plugin("promiscuous", "on").plug(vif, null, host).steps().getFirst().step().toString());
    VifDirect physical = vif(DirectMode.PASSTHROUGH).build();
    assertEquals(
        "create macvtap tap0 mtu 1500 link eth0 mode passthru nopromisc",
        plugin("promiscuous", "off")
            .plug(physical, null, host(ETH0))
            .steps()
            .getFirst()
            .step()
            .toString());
  }

  @Test
  void modesBridgeAndPrivate() {
    VifDirect vif = vif(DirectMode.BRIDGE).build();
    assertEquals(
        create(MacvtapMode.BRIDGE, true, MAC),
        plugin().plug(vif, null, host(ETH0)).steps().getFirst());
    assertEquals(
        create(MacvtapMode.PRIVATE, true, MAC),
        plugin("private", "true").plug(vif, null, host(ETH0)).steps().getFirst());
  }

  @Test
  void aDeviceThatIsDownComesUpAfterTheMacvtapIsMadeAndSaysByWhom() {
    LinkState down = Links.link(2, "eth0", "").on(null, DEVICE);
    PlugPlan plan = plugin().plug(vif(DirectMode.BRIDGE).build(), null, host(down));
    LinkSettings wanted = NONE.withUp(true).withAlias(Aliases.BROUGHT_UP);
    assertEquals(
        PlannedStep.own(
            new NetlinkStep.ConfigureLink("eth0", 2, wanted),
            new MacvtapStep.SetDownIfUnused("eth0", 2, true, List.of("tap0"))),
        plan.steps().get(2));
  }

  @Test
  void aDeviceThatIsMarkedIsBroughtUpOnceMore() {
    HostSnapshot host = host(up(ETH0, Aliases.BROUGHT_UP).on(null, DEVICE));
    PlugPlan plan = plugin().plug(vif(DirectMode.BRIDGE).build(), null, host);
    LinkSettings wanted = NONE.withUp(true).withAlias(Aliases.BROUGHT_UP);
    assertEquals(
        PlannedStep.own(new NetlinkStep.ConfigureLink("eth0", 2, wanted), null),
        plan.steps().get(2));
  }

  @Test
  void aMissingVlanIsMadeIfTheNetworkSaysSo() {
    Network network = Network.builder().vlan(7).shouldProvideVlan(true).build();
    VifDirect vif = vif(DirectMode.BRIDGE).vlanName("eth0.7").network(network).build();
    PlugPlan plan = plugin().plug(vif, null, host(ETH0));
    assertEquals(
        List.of(
            PlannedStep.shared(
                new NetlinkStep.CreateVlan("eth0.7", "eth0", 7), new DeleteLink("eth0.7", 0, 0)),
            PlannedStep.own(
                new NetlinkStep.CreateMacvtap(
                    "tap0", "eth0.7", 0, MacvtapMode.BRIDGE, true, MAC, 1500),
                new DeleteLink("tap0", 0, 0)),
            set(NONE.withIpv6AddressGeneration(false).withAlias(ALIAS)),
            PlannedStep.own(new NetlinkStep.ConfigureLink("eth0.7", 0, NONE.withUp(true)), null),
            file(),
            set(NONE.withUp(true))),
        plan.steps());
    assertEquals(
        "vlan_name: \"eth0.7\" does not exist: expected an existing VLAN, or a network with vlan"
            + " and should_provide_vlan",
        refusal(vif(DirectMode.BRIDGE).vlanName("eth0.7").build(), host(ETH0)));
  }

  @Test
  void anExistingVlanIsUsedIfItIsTheRightOne() {
    VifDirect vif = vif(DirectMode.BRIDGE).vlanName("eth0.7").build();
    assertEquals(
        new NetlinkStep.CreateMacvtap("tap0", "eth0.7", 5, MacvtapMode.BRIDGE, true, MAC, 1500),
        plugin().plug(vif, null, host(ETH0, VLAN)).steps().getFirst().step());
    assertEquals(
        "vlan_name: \"eth0.7\" is another device: expected a VLAN of eth0",
        refusal(vif, host(ETH0, VLAN.on(new LowerLink(3, 7, null), null))));
    VifDirect other =
        vif(DirectMode.BRIDGE)
            .vlanName("eth0.7")
            .network(Network.builder().vlan(8).build())
            .build();
    assertEquals(
        "vlan_name: \"eth0.7\" is VLAN 7: expected VLAN 8, that of the network",
        refusal(other, host(ETH0, VLAN)));
  }

  @Test
  void replugChecksTheDeviceFileOnly() {
    HostSnapshot host = host(ETH0, macvtap(ALIAS, MacvtapMode.VEPA, 2));
    assertEquals(List.of(file()), plugin().plug(vif(DirectMode.VEPA).build(), null, host).steps());
  }

  @Test
  void theModeOfAPluggedOneChangesWhereItMay() {
    HostSnapshot host = host(ETH0, macvtap(ALIAS, MacvtapMode.VEPA, 2));
    assertEquals(
        PlannedStep.own(
            new NetlinkStep.SetMacvtapMode("tap0", 9, MacvtapMode.BRIDGE),
            new NetlinkStep.SetMacvtapMode("tap0", 9, MacvtapMode.VEPA)),
        plugin().plug(vif(DirectMode.BRIDGE).build(), null, host).steps().getFirst());
    String mode = refusal(vif(DirectMode.PASSTHROUGH).build(), host);
    assertTrue(mode.startsWith("mode: \"passthru\" cannot be given to tap0"), mode);
    String elsewhere =
        refusal(vif(DirectMode.VEPA).build(), host(ETH0, macvtap(ALIAS, MacvtapMode.VEPA, 3)));
    assertTrue(elsewhere.contains("not as a macvtap on eth0"), elsewhere);
  }

  @Test
  void unplugRemovesFileLinkAndWhatItsDeviceWasGiven() {
    HostSnapshot host =
        host(
            up(ETH0, Aliases.BROUGHT_UP),
            up(VLAN, Aliases.BROUGHT_UP).on(new LowerLink(2, 7, null), null),
            macvtap(ALIAS, MacvtapMode.VEPA, 5));
    PlugPlan plan = plugin().unplug(vif(DirectMode.VEPA).build(), null, host);
    OptionalInt none = OptionalInt.empty();
    assertEquals(
        List.of(
            PlannedStep.own(
                new MacvtapStep.RemoveTapFile("tap0", "/dev"),
                new MacvtapStep.MakeTapFile("tap0", "/dev", none, none, none)),
            PlannedStep.own(new DeleteLink("tap0", 9, 0), null),
            PlannedStep.own(new MacvtapStep.SetDownIfUnused("eth0.7", 5, true, List.of()), null),
            PlannedStep.own(new MacvtapStep.SetDownIfUnused("eth0", 2, true, List.of()), null)),
        plan.steps());
  }

  /** As after SIGKILL between the two. */
  @Test
  void unplugOfAMissingMacvtapSetsItsDeviceDown() {
    LinkState left = up(ETH0, Aliases.BROUGHT_UP).on(null, DEVICE);
    VifDirect vif = vif(DirectMode.VEPA).build();
    assertEquals(
        List.of(PlannedStep.own(new MacvtapStep.SetDownIfUnused("eth0", 2, true, List.of()), null)),
        plugin().unplug(vif, null, host(left)).steps());
    HostSnapshot used = host(left, macvtap("fastvif:other", MacvtapMode.VEPA, 2));
    assertEquals(List.of(), plugin().unplug(vif, null, used).steps());
    VifDirect preserved = vif(DirectMode.VEPA).preserveOnDelete(true).build();
    assertEquals(List.of(), plugin().unplug(preserved, null, host(left)).steps());
  }

  @Test
  void unplugLeavesWhatIsPreservedForeignOrGone() {
    HostSnapshot own = host(ETH0, macvtap(ALIAS, MacvtapMode.VEPA, 2));
    PlugPlan kept = plugin().unplug(vif(DirectMode.VEPA).preserveOnDelete(true).build(), null, own);
    assertTrue(kept.steps().isEmpty());
    assertEquals(List.of("tap0 is left: preserve_on_delete is set"), kept.notes());
    HostSnapshot foreign = host(ETH0, macvtap("", MacvtapMode.VEPA, 2));
    PlugPlan left = plugin().unplug(vif(DirectMode.VEPA).build(), null, foreign);
    assertTrue(left.steps().isEmpty());
    assertEquals(List.of("tap0 is left: fastvif did not make it for this VIF"), left.notes());
    assertTrue(plugin().unplug(vif(DirectMode.VEPA).build(), null, host()).steps().isEmpty());
  }

  @Test
  void optionsReachTheFile() {
    VifPlugin plugin =
        plugin("device_folder", "/run/taps", "owner", "107", "group", "36", "mode", "0660");
    PlugPlan plan = plugin.plug(vif(DirectMode.VEPA).build(), null, host(ETH0));
    assertEquals(
        new MacvtapStep.MakeTapFile(
            "tap0", "/run/taps", OptionalInt.of(107), OptionalInt.of(36), OptionalInt.of(0660)),
        plan.steps().get(2).step());
    assertEquals(
        "make the device file of tap0 in /run/taps user 107 group 36 mode 0660",
        plan.steps().get(2).step().toString());
    assertThrows(InvalidInputException.class, () -> plugin("mode", "0888"));
    assertThrows(InvalidInputException.class, () -> plugin("device_folder", "taps"));
  }

  @Test
  void refusesWhatItCannotPlug() {
    assertEquals(
        "dev_address: \"0000:03:00.0\" has no network device: expected a PCI device with one"
            + " network device in this namespace",
        refusal(vif(DirectMode.VEPA).build(), host()));
    LinkState second = Links.link(3, "eth1", "").on(null, DEVICE);
    assertTrue(refusal(vif(DirectMode.VEPA).build(), host(ETH0, second)).contains("eth0, eth1"));
    assertEquals(
        "network.mtu: \"9000\" is greater than the MTU of eth0: expected at most 1500",
        refusal(
            vif(DirectMode.VEPA).network(Network.builder().mtu(9000).build()).build(), host(ETH0)));
    assertThrows(
        InvalidInputException.class,
        () -> plugin().plug(VifBridge.builder().id(ID).build(), null, host()));
    VifDirect profiled =
        vif(DirectMode.VEPA).portProfile(PortProfileFpBridge.builder().build()).build();
    assertTrue(refusal(profiled, host(ETH0)).startsWith("port_profile: "));
    VifDirect modeless = VifDirect.builder().id(ID).vifName("tap0").devAddress(DEVICE).build();
    assertEquals(
        "mode",
        assertThrows(InvalidInputException.class, () -> plugin().plug(modeless, null, host(ETH0)))
            .path());
  }
}
