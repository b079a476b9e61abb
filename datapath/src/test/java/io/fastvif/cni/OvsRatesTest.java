package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/**
 * Limited pods on a bridge of Open vSwitch with the datapath of user space. What a pod sends is
 * limited in the lab, on the kernel's.
 */
class OvsRatesTest {
  private static final String BRIDGE = ",'bridge':'br-pod'";
  private static final String TO_POD = ",'ingressRate':8000000,'ingressBurst':800000";
  private static final String FROM_POD = ",'egressRate':8000000,'egressBurst':800000";

  @TempDir Path folder;

  private OvsHost start() throws Exception {
    OvsHost ovs = OvsHost.start(folder.resolve("ovs"));
    ovs.vsctl("add-br br-pod -- set bridge br-pod datapath_type=netdev");
    return ovs;
  }

  private PodLab lab(OvsHost ovs) {
    return new PodLab(folder, Map.of("ovs.ovsdb_connection", ovs.address()));
  }

  private static String qdiscs(String port) throws Exception {
    return Peer.require("tc", "iproute2").run("qdisc show dev " + port);
  }

  @KernelTest
  void whatPodsGetIsLimitedAlsoWhenTheSwitchHasStartedAnew() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      HostStateReader reader = new HostStateReader().ovs(ovs).filters();
      HostState before = reader.readSettled();
      String network = lab.network("1.1.0", "ovs", BRIDGE + TO_POD);
      lab.done("STATUS", "", null, network);
      Netns pod = lab.pod();
      String check = PodLab.with(network, "prevResult", lab.done("ADD", "one", pod, network));
      String port = ovs.vsctl("list-ports br-pod").strip();
      assertTrue(qdiscs(port).contains("tbf"), qdiscs(port));
      assertTrue(qdiscs(port).contains("rate 8Mbit"), qdiscs(port));
      lab.done("CHECK", "one", pod, check);

      ovs.killSwitch();
      ovs.startSwitch();
      ovs.vsctl("set Bridge br-pod other_config:x=y"); // waits until all is set up again
      assertTrue(qdiscs(port).contains("rate 8Mbit"), qdiscs(port));
      lab.done("CHECK", "one", pod, check);
      Peer.require("tc", "iproute2").run("qdisc del dev " + port + " root");
      String differs = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      assertTrue(differs.contains("limits to nothing"), differs);
      ovs.vsctl("clear Bridge br-pod other_config");

      lab.done("DEL", "one", pod, network);
      before.assertUnchanged("a pod that was limited", reader);
      assertEquals("", ovs.vsctl("--no-headings --columns=_uuid list QoS").strip());
    }
  }

  @KernelTest
  void checkSeesAnotherPolicing() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      String network = lab.network("1.1.0", "ovs", BRIDGE + TO_POD);
      Netns pod = lab.pod();
      String check = PodLab.with(network, "prevResult", lab.done("ADD", "one", pod, network));
      String port = ovs.vsctl("list-ports br-pod").strip();
      ovs.vsctl("set Interface " + port + " ingress_policing_rate=4000");
      Await.until("another rate", () -> lab.ask("CHECK", "one", pod, check).isError());
      String differs = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      assertTrue(differs.contains("rate=4000"), differs);
    }
  }

  @KernelTest
  void whatCannotBeLimitedIsRefusedByName() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      String network = lab.network("1.1.0", "ovs", BRIDGE + TO_POD + FROM_POD);
      for (String verb : new String[] {"ADD", "STATUS"}) {
        int code = verb.equals("ADD") ? CniException.HOST_REFUSED : CniException.UNAVAILABLE;
        String said = lab.refused(code, verb, "one", lab.pod(), network);
        assertTrue(said.contains("br-pod") && said.contains("egressRate"), said);
      }
      String function = lab.network("1.1.0", "ovs", BRIDGE + TO_POD + ",'deviceID':'0000:03:00.1'");
      lab.refused(CniException.UNSUPPORTED_FIELD, "ADD", "one", lab.pod(), function);
      assertEquals("", ovs.vsctl("list-ports br-pod"));
      assertTrue(lab.held().isEmpty());
    }
  }

  /** As of a kernel without the policing, which ovs-vswitchd says in its log only. */
  @KernelTest
  void linkThatIsNotLimitedIsNamed() throws Exception {
    Peer.require("ip", "iproute2").run("link add bare type ifb");
    IOException said = assertThrows(IOException.class, () -> new RequirePolicing("bare").perform());
    assertTrue(said.getMessage().contains("bare"), said.getMessage());
  }
}
