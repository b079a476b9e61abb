package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fastvif.engine.kernel.KernelTransport;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.io.TempDir;

/**
 * Virtual functions of a card that is a tree of files, given back by somebody who knows nothing but
 * their VIFs' ids. A {@link io.fastvif.VifHost} sees the machine's own devices only, so that the
 * engine beneath it carries out the plan that one would make.
 */
class FunctionUnplugByIdTest {
  private static final int SECONDS = 60;

  @TempDir Path folder;

  private Outcome execute(
      DifferCase one,
      Path card,
      OvsHost ovs,
      BiFunction<VifPlugins, HostSnapshot, PlugPlan> planning)
      throws Exception {
    try (PlugEngine engine =
        PlugEngine.builder()
            .transport(KernelTransport.factory(card.resolve("leases"), card.resolve("sys")))
            .ovs(OvsSettings.of(ovs.address()))
            .build()
            .start()) {
      PlugPlan plan =
          planning.apply(VifPlugins.installed(one.options()), one.host().apply(engine.snapshot()));
      PlugResult result =
          engine.submit(plan).orElseThrow().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
      assertNull(result.failure(), () -> result.failure().message());
      return result.outcome();
    }
  }

  @KernelTest
  void nothingIsLeft() throws Exception {
    Path card = FunctionCases.makeCard(folder.resolve("card"));
    try (RouteSocket socket = RouteSocket.open()) {
      socket.execute(socket.link().create("eth2").kind(new Veth().peerName("eth3")));
      socket.execute(socket.link().set("eth3").up());
      socket.execute(socket.link().set("eth3").down());
    }
    try (OvsHost ovs = OvsHost.start(folder.resolve("ovs"))) {
      ovs.vsctl("add-br br-int -- set bridge br-int datapath_type=netdev");
      ovs.vsctl("add-br br-system -- set bridge br-system datapath_type=system");
      HostStateReader reader = new HostStateReader().folder(card).ovs(ovs);
      HostState before = reader.readSettled();
      for (DifferCase one : functions(card)) {
        String id = one.vif().id().get();
        assertEquals(
            Outcome.PLUGGED,
            execute(
                one,
                card,
                ovs,
                (plugins, host) -> plugins.of(one.vif()).plug(one.vif(), null, host)));
        assertNotEquals(List.of(), before.differences(reader.read()), one.name());
        assertEquals(
            Outcome.UNCHANGED,
            execute(
                one,
                card,
                ovs,
                (plugins, host) -> plugins.of(one.vif()).plug(one.vif(), null, host)),
            one.name());
        assertEquals(
            Outcome.UNPLUGGED,
            execute(one, card, ovs, (plugins, host) -> plugins.unplug(id, host)));
        before.assertUnchanged(one.name(), reader);
        assertEquals(
            Outcome.UNCHANGED,
            execute(one, card, ovs, (plugins, host) -> plugins.unplug(id, host)));
      }
    }
  }

  private static List<DifferCase> functions(Path card) {
    List<DifferCase> all = new ArrayList<>(FunctionCases.functions(card));
    all.add(FunctionCases.representor());
    return all;
  }
}
