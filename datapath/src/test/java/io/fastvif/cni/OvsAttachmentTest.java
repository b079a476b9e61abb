package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;

class OvsAttachmentTest {
  private static final int PODS = 20;
  private static final String BRIDGE = ",'bridge':'br-pod'";

  @TempDir Path folder;

  private OvsHost start() throws Exception {
    OvsHost ovs = OvsHost.start(folder.resolve("ovs"));
    ovs.vsctl("add-br br-pod -- set bridge br-pod datapath_type=netdev");
    return ovs;
  }

  private PodLab lab(OvsHost ovs) {
    return new PodLab(folder, Map.of("ovs.ovsdb_connection", ovs.address()));
  }

  private static List<String> ports(OvsHost ovs) throws Exception {
    return ovs.vsctl("list-ports br-pod").lines().toList();
  }

  @KernelTest
  void podsReachEachOtherAndLeaveNothing() throws Exception {
    Peer ping = Peer.require("ping", "iputils-ping");
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      HostStateReader reader = new HostStateReader().ovs(ovs);
      HostState before = reader.readSettled();
      String keys = BRIDGE + ",'mtu':1400,'socket_file':'" + ovs.socket() + "'";
      String network = lab.network("1.1.0", "ovs", keys);
      Netns one = lab.pod();
      Netns two = lab.pod();
      String result = lab.done("ADD", "one", one, network);
      lab.done("ADD", "two", two, network);
      one.call(() -> ping.run("-c 1 -w 60 10.88.0.3"));
      one.call(() -> ping.run("-6 -c 1 -w 60 fd88::3"));
      assertTrue(result.contains("\"mtu\":1400"), result);
      assertEquals(2, ports(ovs).size());
      lab.done("STATUS", "", null, network);
      lab.done("CHECK", "one", one, PodLab.with(network, "prevResult", result));
      lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", one, network);
      assertEquals(2, ports(ovs).size());

      lab.done("DEL", "one", one, network);
      lab.done("DEL", "one", null, network);
      two.close();
      lab.done("DEL", "two", null, network);
      assertEquals(List.of(), ports(ovs));
      assertEquals(Set.of(), lab.held());
      before.assertUnchanged("pods of Open vSwitch", reader);
    }
  }

  @KernelTest
  void portHasWhatTheKeysSay() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      Map<String, List<String>> cases =
          Map.of(
              ",'vlan':7", List.of("7", "[]", "[]"),
              ",'trunk':[{'id':42},{'minID':10,'maxID':12}]",
                  List.of("[]", "[10, 11, 12, 42]", "trunk"),
              ",'ovnPort':'lsp-1'", List.of("[]", "[]", "[]"));
      for (Map.Entry<String, List<String>> one : cases.entrySet()) {
        String network = lab.network("1.0.0", "ovs", BRIDGE + one.getKey());
        Netns pod = lab.pod();
        String result = lab.done("ADD", "one", pod, network);
        String port = ports(ovs).getFirst();
        assertEquals(
            one.getValue(),
            ovs.vsctl("get Port " + port + " tag trunks vlan_mode").lines().toList(),
            one.getKey());
        String ids = ovs.vsctl("get Interface " + port + " external_ids");
        String interfaceId = one.getKey().contains("lsp-1") ? "lsp-1" : "\"cni/net/one/eth0\"";
        for (String wanted :
            List.of(
                "iface-id=" + interfaceId + ",",
                "iface-status=active",
                "vm-uuid=one",
                "fastvif-vif-id=\"cni/net/one/eth0\"",
                "attached-mac=")) {
          assertTrue(ids.contains(wanted), wanted + " of " + ids);
        }
        String check = PodLab.with(network, "prevResult", result);
        lab.done("CHECK", "one", pod, check);
        lab.done("DEL", "one", pod, network);
        lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      }
    }
  }

  @KernelTest
  void checkSeesEachDifference() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      ovs.vsctl("add-br br-other -- set bridge br-other datapath_type=netdev");
      String network = lab.network("1.0.0", "ovs", BRIDGE + ",'trunk':[{'id':42}]");
      Netns pod = lab.pod();
      String result = lab.done("ADD", "one", pod, network);
      String check = PodLab.with(network, "prevResult", result);
      String port = ports(ovs).getFirst();
      for (List<String> change :
          List.of(
              List.of("set Port %s tag=3", "clear Port %s tag"),
              List.of("set Port %s trunks=43", "set Port %s trunks=42"),
              List.of("set Port %s vlan_mode=access", "set Port %s vlan_mode=trunk"),
              List.of(
                  "set Interface %s external_ids:vm-uuid=two",
                  "set Interface %s external_ids:vm-uuid=one"))) {
        ovs.vsctl(change.getFirst().formatted(port));
        Await.until(change.getFirst(), () -> lab.ask("CHECK", "one", pod, check).isError());
        lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
        ovs.vsctl(change.getLast().formatted(port));
        Await.until(change.getLast(), () -> !lab.ask("CHECK", "one", pod, check).isError());
      }
      String ids = "set Interface " + port + " external_ids:fastvif-vif-id=cni/net/one/eth0";
      ovs.vsctl("del-port " + port + " -- add-port br-other " + port + " -- " + ids);
      Await.until(
          "another bridge", () -> lab.ask("CHECK", "one", pod, check).text().contains("br-other"));
      lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
      lab.done("DEL", "one", pod, network);
      assertEquals("", ovs.vsctl("list-ports br-other"));
    }
  }

  /** The kernel takes the link with the namespace; the row is left, and named after it. */
  @KernelTest
  void portsWithoutLinksAreDeletedAndCollected() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      String network = lab.network("1.1.0", "ovs", BRIDGE);
      ovs.vsctl("add-port br-pod other -- set Interface other type=internal");
      for (String container : List.of("one", "two", "three", "four")) {
        Netns pod = lab.pod();
        lab.done("ADD", container, pod, network);
        if (!container.equals("four")) {
          pod.close();
        }
      }
      Await.until("the links to go", () -> podLinks(lab) == 1);
      assertEquals(5, ports(ovs).size());
      lab.done("DEL", "one", null, network);
      assertEquals(4, ports(ovs).size());
      // Its address is held, as after an ADD that was broken off: another network's row is not.
      String bare = network.replaceAll(",\"ipam\".*", "}");
      lab.done("ADD", "two", lab.pod(), bare);
      assertEquals(4, ports(ovs).size());
      String valid =
          "[{\"containerID\":\"four\",\"ifname\":\"eth0\"},"
              + "{\"containerID\":\"two\",\"ifname\":\"eth0\"}]";
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
      assertEquals(3, ports(ovs).size());
      assertEquals(4, lab.held().size());
      lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", "[]"));
      assertEquals(List.of("other"), ports(ovs));
      assertEquals(0, podLinks(lab));
      assertEquals(Set.of(), lab.held());
    }
  }

  private static long podLinks(PodLab lab) {
    return lab.host().snapshot().links().stream()
        .filter(link -> link.alias().startsWith("fastvif:cni/"))
        .count();
  }

  @KernelTest
  void failedAddLeavesNothing() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      HostStateReader reader = new HostStateReader().ovs(ovs);
      HostState before = reader.readSettled();
      String network =
          lab.network("1.0.0", "ovs", BRIDGE)
              .replace(
                  "{\"dst\":\"0.0.0.0/0\"}", "{\"dst\":\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"}");
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", lab.pod(), network);
      assertEquals(List.of(), ports(ovs));
      assertEquals(Set.of(), lab.held());
      before.assertUnchanged("an ADD that failed", reader);
    }
  }

  @KernelTest
  void saysThatOpenVSwitchOrItsBridgeIsMissing() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      String network = lab.network("1.1.0", "ovs", ",'bridge':'br-none'");
      String error = lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, network);
      assertTrue(error.contains("br-none"), error);
      lab.refused(CniException.HOST_REFUSED, "ADD", "one", lab.pod(), network);
      String there = lab.network("1.1.0", "ovs", BRIDGE);
      lab.done("ADD", "one", lab.pod(), there);
      ovs.vsctl("del-br br-pod");
      Await.until(
          "the bridge to go", () -> lab.host().snapshotWithOvs().ovs().bridge("br-pod").isEmpty());
      error = lab.refused(CniException.LIMITED_CONNECTIVITY, "STATUS", "", null, there);
      assertTrue(error.contains("1 pods are cut off"), error);
      lab.done("DEL", "one", null, there);

      ovs.killDatabase();
      Await.until("it is seen to be away", () -> !lab.host().snapshotWithOvs().ovs().isKnown());
      error = lab.refused(CniException.UNAVAILABLE, "STATUS", "", null, there);
      assertTrue(error.contains(ovs.address()), error);
      lab.refused(CniException.TRY_AGAIN_LATER, "ADD", "one", lab.pod(), there);
      lab.refused(CniException.TRY_AGAIN_LATER, "DEL", "one", null, there);
      assertEquals(Set.of(), lab.held());
      ovs.startDatabase();
      Await.until("it is back", () -> !lab.ask("DEL", "one", null, there).isError());
    }
  }

  @KernelTest
  void manyPodsComeAndGoTogether() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      HostStateReader reader = new HostStateReader().ovs(ovs);
      HostState before = reader.readSettled();
      String network = lab.network("1.0.0", "ovs", BRIDGE + ",'vlan':5");
      List<CompletableFuture<CniAnswer>> added = new ArrayList<>();
      for (int i = 0; i < PODS; i++) {
        added.add(lab.begin("ADD", "pod" + i, lab.pod(), network));
      }
      added.forEach(answer -> assertFalse(answer.join().isError(), answer.join().text()));
      assertEquals(PODS, ports(ovs).size());
      List<CompletableFuture<CniAnswer>> deleted = new ArrayList<>();
      for (int i = 0; i < PODS; i++) {
        deleted.add(lab.begin("DEL", "pod" + i, null, network));
      }
      deleted.forEach(answer -> assertFalse(answer.join().isError(), answer.join().text()));
      assertEquals(List.of(), ports(ovs));
      before.assertUnchanged("many pods", reader);
    }
  }

  @KernelTest
  void wrongKeysAreRefusedByName() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      for (String wrong :
          List.of(
              ",'vlan':4096",
              ",'vlan':5,'trunk':[{'id':6}]",
              ",'trunk':[{'minID':6}]",
              ",'trunk':[{'minID':6,'maxID':5}]",
              ",'trunk':[{}]",
              ",'interface_type':'dpdk'",
              ",'socket_file':'/nowhere'")) {
        String network = lab.network("1.0.0", "ovs", BRIDGE + wrong);
        String error =
            lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", lab.pod(), network);
        assertTrue(error.contains(wrong.substring(2, 6)), error);
      }
      String none = lab.network("1.0.0", "ovs", "");
      lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", lab.pod(), none);
      String device = lab.network("1.0.0", "ovs", BRIDGE + ",'deviceID':'0000:03:00.1'");
      String error =
          lab.refused(CniException.INVALID_CONFIGURATION, "ADD", "one", lab.pod(), device);
      assertTrue(error.contains("is not a virtual function of this host"), error);
      assertEquals(List.of(), ports(ovs));
    }
  }

  /** An IPAM plugin that takes the database away while it gives an address. */
  @KernelTest
  void addressIsFreedWhereOpenVSwitchHasGoneMeanwhile() throws Exception {
    try (OvsHost ovs = start();
        PodLab lab = lab(ovs)) {
      Path freed = folder.resolve("freed");
      Path ipam = folder.resolve("leaving");
      Files.writeString(
          ipam,
          """
          #!/bin/sh
          if [ "$CNI_COMMAND" = DEL ]; then : >%s; exit; fi
          kill -KILL %d
          sleep 1
          echo '{"cniVersion":"1.0.0","ips":[{"address":"10.88.0.2/24"}],"dns":{}}'
          """
              .formatted(freed, ovs.databasePid()));
      Files.setPosixFilePermissions(ipam, PosixFilePermissions.fromString("rwxr-xr-x"));
      String network =
          "{'cniVersion':'1.0.0','name':'net','type':'fastvif','attachment':'ovs'%s,'ipam':{'type':'leaving'}}"
              .formatted(BRIDGE)
              .replace('\'', '"');
      Netns pod = lab.pod();
      Map<String, String> variables = PodLab.variables("ADD", "one", pod);
      variables.put("CNI_PATH", folder.toString());
      CniAnswer answer = lab.ask(variables, network);
      assertTrue(answer.isError(), answer.text());
      assertTrue(Files.exists(freed), answer.text());
      assertEquals(
          "", pod.call(() -> Peer.require("ip", "iproute2").run("-o link show type veth")));
    }
  }
}
