package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.agent.client.JsonView;
import io.fastvif.fastpath.ForwardingPorts;
import io.fastvif.forward.Idle;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.testing.VhostUserGuest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Pods that are virtual machines: a QEMU in the pod's namespace, at the end that ADD tells of. */
class VirtualMachinePodTest {
  private static final String MAC = "02:00:00:00:00:07";

  @TempDir Path folder;

  private String network() {
    return ("{'cniVersion':'1.1.0','name':'net','type':'fastvif','attachment':'vhostuser',"
            + "'host':{'engine':'fastvif','iftype':'vhostuser','netType':'bridge',"
            + "'vhost':{'mode':'server','group':'0'},'bridge':{'bridgeName':'br7'}},"
            + "'container':{'engine':'qemu','iftype':'vhostuser','netType':'interface'},"
            + "'sharedDir':'"
            + folder.resolve("shared")
            + "','runtimeConfig':{'mac':'"
            + MAC
            + "'},'ipam':{'type':'static','addresses':[{'address':'10.88.0.2/24'}]}}")
        .replace('\'', '"');
  }

  private static String done(CniPlugin plugin, String verb, Netns pod, String network) {
    CniAnswer answer =
        plugin.answer(new CniRequest(PodLab.variables(verb, "one", pod), network)).join();
    assertFalse(answer.isError(), answer.text());
    return answer.text();
  }

  @KernelTest
  void aGuestAtTheToldSocketReachesTheHost() throws Exception {
    try (Netns pod = Netns.createPrivate();
        ForwardingPorts ports = ForwardingPorts.start(1, Idle.ADAPTIVE);
        VifHost host =
            VifHost.open(
                VifHostOptions.byDefault()
                    .withForwarder(ports)
                    .withLeases(folder.resolve("devices")))) {
      CniPlugin plugin = new CniPlugin(host);
      JsonView end =
          JsonView.of(done(plugin, "ADD", pod, network())).at("interfaces").elements().getLast();
      Path socket = Path.of(end.at("socketPath").text());
      Peer.require("ip", "iproute2").run("address add 10.88.0.1/24 dev br7");
      VhostUserGuest.Builder guest = VhostUserGuest.of(socket, end.at("mac").text());
      try (VhostUserGuest booted = pod.call(() -> guest.start(folder)).awaitBoot()) {
        booted.address("10.88.0.2/24").ping("10.88.0.1");
      }
      done(plugin, "DEL", pod, network());
      assertFalse(Files.exists(socket.getParent()));
      assertTrue(host.plugged().isEmpty(), () -> host.plugged().toString());
    }
  }
}
