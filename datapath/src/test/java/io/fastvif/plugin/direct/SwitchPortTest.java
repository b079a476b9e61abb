package io.fastvif.plugin.direct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.plan.Aliases;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.MacvtapMode;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.PortAssociation;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.plan.WaitingStep;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.testing.Links;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.PortProfile8021Qbg;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.VifDirect;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Where in its plans the plugin direct associates ports, and with what. */
class SwitchPortTest {
  private static final String ID = "cd613e30-d8f1-4adf-91b7-584a2265b1f5";
  private static final UUID GUEST = UUID.fromString("5d01885b-c3bf-4db6-9d3c-7b2bd3f1a5c3");
  private static final UUID VSI = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  private static final UUID HOST = UUID.fromString("c75d2b6e-2f2e-4f7b-9d2a-6a2d1b0a4c11");
  private static final MacAddress MAC = MacAddress.parse("fa:16:3e:20:82:3c");
  private static final PciAddress PF = PciAddress.parse("0000:03:00.0");
  private static final PciAddress VF = PciAddress.parse("0000:03:10.2");
  private static final InstanceInfo INSTANCE =
      InstanceInfo.builder().uuid(GUEST.toString()).build();

  private static final LinkState ETH0 = Links.link(2, "eth0", "").on(null, PF);
  private static final LinkState MACVTAP =
      Links.up(Links.link(9, "tap0", "macvtap"), Aliases.of(ID), 1500, MAC.toString(), 0, false)
          .on(new LowerLink(2, 0, MacvtapMode.VEPA), null);

  private static final PortProfile QBH =
      PortProfile8021Qbh.builder().profileId("enterprise").build();

  private static PortProfile8021Qbg.Builder qbg() {
    return PortProfile8021Qbg.builder()
        .managerId(11)
        .typeId(0x345678)
        .typeIdVersion(2)
        .instanceId(VSI.toString());
  }

  private static VifDirect.Builder vif(PortProfile profile) {
    return VifDirect.builder()
        .id(ID)
        .address(MAC)
        .plugin("direct")
        .vifName("tap0")
        .devAddress(PF)
        .mode(DirectMode.VEPA)
        .portProfile(profile);
  }

  private static VifPlugin plugin(Map<String, String> options) {
    return new DirectPlugin.Factory().create(new PluginOptions("direct", options));
  }

  private static HostSnapshot host(LinkState... links) {
    SnapshotBuilder host = new SnapshotBuilder();
    for (LinkState link : links) {
      host.link(link);
    }
    return host.build();
  }

  private static List<String> words(PlugPlan plan) {
    return plan.steps().stream().map(step -> step.step().toString()).toList();
  }

  private static PlannedStep association(PlugPlan plan) {
    return plan.steps().stream()
        .filter(step -> step.step() instanceof WaitingStep.AssociatePort)
        .findFirst()
        .orElseThrow();
  }

  private static String refusal(VifDirect vif, InstanceInfo instance, HostSnapshot host) {
    return assertThrows(
            InvalidInputException.class, () -> plugin(Map.of()).plug(vif, instance, host))
        .getMessage();
  }

  /** The switch lets frames in once it has answered; the guest's link comes up after that. */
  @Test
  void thePortIsAssociatedWhenItsDeviceIsUpAndBeforeTheMacvtapIs() {
    assertEquals(
        List.of(
            "create macvtap tap0 address " + MAC + " mtu 1500 link eth0 mode vepa",
            "set tap0: addrgenmode none alias fastvif:" + ID,
            "set eth0: alias " + Aliases.BROUGHT_UP + " up",
            "make the device file of tap0 in /dev",
            "associate port profile enterprise on eth0",
            "set tap0: up"),
        words(plugin(Map.of()).plug(vif(QBH).build(), INSTANCE, host(ETH0))));
  }

  @Test
  void whatIsAssociatedIsTakenBackIfALaterStepFails() {
    PortAssociation port = new PortAssociation.Profile("eth0", 2, -1, "enterprise", GUEST, HOST);
    Map<String, String> options = Map.of("association_timeout", "7", "host_uuid", HOST.toString());
    assertEquals(
        PlannedStep.own(
            new WaitingStep.AssociatePort(port, false, 7),
            new WaitingStep.DisassociatePort(port, 7)),
        association(plugin(options).plug(vif(QBH).build(), INSTANCE, host(ETH0))));
  }

  @Test
  void aVsiIsAssociatedThroughLldpad() {
    PortAssociation vsi =
        new PortAssociation.Vsi("eth0", 2, 11, 0x345678, 2, VSI, MAC, 0, "/run/lldpad.pid");
    assertEquals(
        PlannedStep.own(
            new WaitingStep.AssociatePort(vsi, true, 30),
            new WaitingStep.DisassociatePort(vsi, 30)),
        association(
            plugin(Map.of("association", "preassociate", "lldpad_pid_file", "/run/lldpad.pid"))
                .plug(vif(qbg().build()).build(), null, host(ETH0))));
  }

  @Test
  void aVsisFramesAreThoseOfItsVlan() {
    Network network = Network.builder().vlan(7).shouldProvideVlan(true).build();
    VifDirect vif = vif(qbg().build()).vlanName("eth0.7").network(network).build();
    WaitingStep.AssociatePort step =
        (WaitingStep.AssociatePort)
            association(plugin(Map.of()).plug(vif, null, host(ETH0))).step();
    assertEquals(
        "VSI " + VSI + " of manager 11 type 3430008 version 2 on eth0 with " + MAC + " vlan 7",
        step.port().toString());
  }

  @Test
  void ofAVirtualFunctionThePhysicalOnesDriverIsAsked() {
    LinkState own = Links.link(4, "eth0v2", "").on(null, VF);
    SnapshotBuilder host =
        new SnapshotBuilder()
            .link(ETH0)
            .link(own)
            .virtualFunction(
                VirtualFunctionState.of(VF, PF, 2).withDriver("enic", new LinkId(4, "eth0v2")));
    VifDirect vif = vif(QBH).devAddress(VF).build();
    assertEquals(
        "dev_address: \"0000:03:10.2\" is of a physical function without a link in this namespace:"
            + " expected one with a link, whose driver gives ports their profiles",
        refusal(vif, INSTANCE, host.build()));
    host.physicalFunction(
        new PhysicalFunctionState(PF, new LinkId(2, "eth0"), "enic", 8, 4, EswitchMode.NONE));
    assertEquals(
        new PortAssociation.Profile("eth0", 2, 2, "enterprise", GUEST, null),
        ((WaitingStep.AssociatePort)
                association(plugin(Map.of()).plug(vif, INSTANCE, host.build())).step())
            .port());
  }

  @Test
  void unplugDisassociatesFirst() {
    PlugPlan plan = plugin(Map.of()).unplug(vif(QBH).build(), null, host(ETH0, MACVTAP));
    assertEquals(
        List.of(
            "disassociate port profile enterprise on eth0",
            "remove the device file of tap0 from /dev",
            "delete tap0"),
        words(plan));
    PortAssociation port = new PortAssociation.Profile("eth0", 2, -1, "enterprise", null, null);
    assertEquals(
        PlannedStep.own(
            new WaitingStep.DisassociatePort(port, 30),
            new WaitingStep.AssociatePort(port, false, 30)),
        plan.steps().getFirst());
  }

  @Test
  void whatIsPreservedOrGoneStaysAssociated() {
    VifDirect kept = vif(QBH).preserveOnDelete(true).build();
    assertEquals(List.of(), plugin(Map.of()).unplug(kept, INSTANCE, host(ETH0, MACVTAP)).steps());
    assertEquals(
        List.of(), plugin(Map.of()).unplug(vif(QBH).build(), INSTANCE, host(ETH0)).steps());
  }

  @Test
  void refusesProfilesThatNoSwitchKnows() {
    HostSnapshot host = host(ETH0);
    assertEquals(
        "instance is not given: expected the instance that a VIF with 802.1Qbh profile is for",
        refusal(vif(QBH).build(), null, host));
    PortProfile tooLong = PortProfile8021Qbh.builder().profileId("p".repeat(40)).build();
    assertEquals(
        "port_profile.profile_id: \""
            + "p".repeat(40)
            + "\" is not a port profile: expected 1 to"
            + " 39 ASCII characters",
        refusal(vif(tooLong).build(), INSTANCE, host));
    assertEquals(
        "port_profile.type_id: \"16777216\" is out of range: expected a whole number from 0"
            + " to 16777215",
        refusal(vif(qbg().typeId(1 << 24).build()).build(), null, host));
    assertEquals(
        "port_profile.instance_id: \"1-2-3-4-5\" is not a UUID: expected a UUID such as"
            + " 09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f",
        refusal(vif(qbg().instanceId("1-2-3-4-5").build()).build(), null, host));
  }

  @Test
  void unplugNeedsNoDeviceToAskForThePort() {
    // The function's link has gone to a guest or another namespace since.
    PlugPlan plan = plugin(Map.of()).unplug(vif(QBH).build(), INSTANCE, host(MACVTAP));
    assertEquals("delete tap0", words(plan).getLast());
    assertEquals(
        List.of(
            "its port is not given up: dev_address: \"0000:03:00.0\" has no network device:"
                + " expected a PCI device with one network device in this namespace"),
        plan.notes());
  }
}
