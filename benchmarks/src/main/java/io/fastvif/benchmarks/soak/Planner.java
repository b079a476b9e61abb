package io.fastvif.benchmarks.soak;

import io.fastvif.plan.Action;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlannedStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.util.List;
import java.util.Map;

/** Makes plans for the soak's VIFs with the plugins, and knows what they should lead to. */
final class Planner {
  private static final long MACS = 0xfa16_3e00_0000L;
  private static final long LOW_BYTES = 0xff_ffff_ffffL;
  private static final long HOST_SIDE = 0xfeL << 40;

  /** An MTU that no device takes. A plugin would refuse it too, so it gets into the plan later. */
  static final int IMPOSSIBLE_MTU = 70_000;

  /** Stands for the impossible one while the plan is made; no other VIF has it. */
  private static final int STAND_IN = 8_999;

  private final VifPlugins veths = VifPlugins.installed(Map.of("linux_bridge.create_port", "veth"));
  private final VifPlugins taps = VifPlugins.installed(Map.of("linux_bridge.create_port", "tap"));

  /** Where and how a VIF is to be plugged. */
  record Request(String name, String bridge, boolean providesBridge, int mtu) {}

  PlugPlan plug(SoakVif vif, Request request, HostSnapshot host) {
    if (request.mtu == IMPOSSIBLE_MTU) {
      Request possible =
          new Request(request.name, request.bridge, request.providesBridge, STAND_IN);
      return withImpossibleMtu(plug(vif, possible, host));
    }
    Vif made = make(vif, request);
    return plugin(vif, made).plug(made, null, host);
  }

  private static PlugPlan withImpossibleMtu(PlugPlan plan) {
    List<PlannedStep> steps =
        plan.steps().stream()
            .map(
                planned ->
                    new PlannedStep(
                        withImpossibleMtu(planned.step()),
                        planned.undo(),
                        planned.shared(),
                        planned.onlyIfCreated(),
                        planned.keeping()))
            .toList();
    if (steps.equals(plan.steps())) {
      throw new AssertionError("no step sets the MTU: " + plan);
    }
    return new PlugPlan(
        plan.vifId(),
        plan.name(),
        plan.action(),
        plan.devices(),
        plan.shared(),
        steps,
        plan.notes());
  }

  private static Step withImpossibleMtu(Step step) {
    if (step instanceof NetlinkStep.CreateVeth veth && veth.mtu() == STAND_IN) {
      return new NetlinkStep.CreateVeth(
          veth.name(), veth.mac(), veth.peer(), veth.peerMac(), IMPOSSIBLE_MTU);
    }
    if (step instanceof NetlinkStep.ConfigureLink configure
        && Integer.valueOf(STAND_IN).equals(configure.settings().mtu())) {
      return new NetlinkStep.ConfigureLink(
          configure.name(), configure.index(), configure.settings().withMtu(IMPOSSIBLE_MTU));
    }
    return step;
  }

  PlugPlan unplug(SoakVif vif, HostSnapshot host) {
    Vif made = make(vif, new Request(vif.name(), "br0", true, 0));
    return plugin(vif, made).unplug(made, null, host);
  }

  /** A plan for the VIF that does nothing. */
  static PlugPlan nothing(SoakVif vif) {
    return new PlugPlan(vif.id(), vif.name(), Action.PLUG, List.of(), null, List.of(), List.of());
  }

  /** What a successful plug of a VIF leads to, where it had no device. */
  static VifState plugged(SoakVif vif, Request request) {
    boolean bridged = vif.sort().isOnBridge();
    return new VifState(
        request.name,
        vif.sort().kind,
        bridged ? request.bridge : "",
        request.mtu,
        bridged ? (mac(vif) & LOW_BYTES) | HOST_SIDE : mac(vif),
        true,
        0,
        vif.sort() == PortSort.VETH ? vif.peerName() : null);
  }

  private static long mac(SoakVif vif) {
    return MACS + vif.number();
  }

  private VifPlugin plugin(SoakVif vif, Vif made) {
    return (vif.sort() == PortSort.VETH ? veths : taps).of(made);
  }

  private static Vif make(SoakVif vif, Request request) {
    Network network =
        Network.builder()
            .id(vif.id())
            .bridge(request.bridge)
            .multiHost(false)
            .shouldProvideBridge(request.providesBridge)
            .shouldProvideVlan(false)
            .mtu(request.mtu)
            .build();
    if (vif.sort() == PortSort.GENERIC) {
      return VifGeneric.builder()
          .id(vif.id())
          .address(new MacAddress(mac(vif)))
          .plugin("tap")
          .vifName(request.name)
          .network(network)
          .build();
    }
    return VifBridge.builder()
        .id(vif.id())
        .address(new MacAddress(mac(vif)))
        .plugin("linux_bridge")
        .hasTrafficFiltering(true)
        .vifName(request.name)
        .bridgeName(request.bridge)
        .network(network)
        .build();
  }
}
