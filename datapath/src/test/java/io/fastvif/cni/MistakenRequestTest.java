package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are wrong in a way of their own, or come while another has not ended. */
class MistakenRequestTest {
  @TempDir Path folder;

  private static CniAnswer ask(PodLab lab, Map<String, String> variables, String network)
      throws Exception {
    return new CniPlugin(lab.host())
        .answer(new CniRequest(variables, network))
        .get(60, TimeUnit.SECONDS);
  }

  private static void refused(
      PodLab lab, int code, String name, String value, Netns pod, String network) throws Exception {
    Map<String, String> variables = PodLab.variables("ADD", "one", pod);
    variables.put(name, value);
    CniAnswer answer = ask(lab, variables, network);
    String what = name + "=" + value + " " + network + ": " + answer;
    assertTrue(answer.isError(), what);
    Object said = CniJson.object("the error", answer.text()).get("code");
    assertEquals(code, ((Number) said).intValue(), what);
  }

  @KernelTest
  void whatIsNoNamespaceOrNoNameIsRefusedBeforeAnythingIsDone() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      HostStateReader reader = new HostStateReader().filters();
      HostState before = reader.readSettled();
      String network = lab.network("1.1.0", "bridge", "");
      String fifo = folder.resolve("fifo").toString();
      Peer.require("mkfifo", "coreutils").run(List.of(fifo));
      int environment = CniException.INVALID_ENVIRONMENT;
      for (String path :
          List.of(fifo, "/", "/dev/null", "/proc/self/ns/mnt", "/proc/thread-self/ns/net", "")) {
        refused(lab, environment, "CNI_NETNS", path, pod, network);
      }
      refused(lab, CniException.UNKNOWN_CONTAINER, "CNI_NETNS", "/gone", pod, network);
      for (String name : List.of("eth%d", "%", "a b", "a/b", "a:b", "..", "é", "")) {
        refused(lab, environment, "CNI_IFNAME", name, pod, network);
      }
      for (String more :
          List.of(
              ",'bridge':'br%d'",
              ",'dns':5",
              ",'vlan':4095",
              ",'vlanTrunk':[{'minID':2}]",
              ",'disableContainerInterface':true",
              ",'runtimeConfig':{'bandwidth':{'ingressRate':8000000}}",
              ",'egressBurst':8000000",
              ",'dns':{'nameservers':'10.0.0.1'}",
              ",'prevResult':{'ips':[{'address':'10.0.0.1/8','interface':1}],"
                  + "'interfaces':[{'name':'eth1'}]}")) {
        refused(
            lab,
            CniException.INVALID_CONFIGURATION,
            "CNI_IFNAME",
            "eth0",
            pod,
            lab.network("1.1.0", "bridge", more));
      }
      for (String file : List.of(fifo, "/dev/zero", "/")) {
        refused(
            lab,
            CniException.IO_FAILURE,
            "CNI_IFNAME",
            "eth0",
            pod,
            network.replace("\"dataDir\"", "\"resolvConf\":\"" + file + "\",\"dataDir\""));
      }
      assertEquals(Set.of(), lab.held());
      before.assertUnchanged("after requests with mistakes", reader);
    }
  }

  @KernelTest
  void settingsThatAreNullAreAsIfMissing() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      String dns = "'dns':{'nameservers':null,'domain':null}";
      String network =
          lab.network("1.1.0", "bridge", "," + dns + ",'prevResult':{" + dns + ",'ips':null}");
      String result = lab.done("ADD", "one", pod, network);
      assertTrue(result.contains("\"dns\":{}"), result);
      lab.done("DEL", "one", pod, network);
      assertEquals(Set.of(), lab.held());
    }
  }

  /** A runtime that has given up an ADD asks for DEL while the ADD still goes on. */
  @KernelTest
  void delThatComesDuringAddLeavesNothing() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Path begun = folder.resolve("begun");
      Path go = folder.resolve("go");
      Path slow = Files.createDirectory(folder.resolve("plugins")).resolve("slow");
      Files.writeString(
          slow,
          "#!/bin/sh\n[ $CNI_COMMAND = ADD ] || { echo $CNI_COMMAND >>"
              + folder.resolve("log")
              + "; exit 0; }\n: >"
              + begun
              + "\nwhile [ ! -e "
              + go
              + " ]; do sleep 0.01; done\necho '{\"ips\":[{\"address\":\"10.88.0.2/24\"}]}'\n");
      assertTrue(slow.toFile().setExecutable(true));
      String network = lab.network("1.0.0", "bridge", "").replace("\"host-local\"", "\"slow\"");
      Map<String, String> variables = PodLab.variables("ADD", "one", lab.pod());
      variables.put("CNI_PATH", slow.getParent().toString());
      CniPlugin plugin = new CniPlugin(lab.host());
      CompletableFuture<CniAnswer> add =
          CompletableFuture.supplyAsync(
              () -> plugin.answer(new CniRequest(variables, network)).join());
      Await.until("ADD to wait for its address", () -> Files.exists(begun));
      Map<String, String> later = new TreeMap<>(variables);
      later.put("CNI_COMMAND", "DEL");
      CompletableFuture<CniAnswer> delete = plugin.answer(new CniRequest(later, network));
      assertFalse(delete.isDone(), "DEL has not waited for ADD");
      Files.createFile(go);
      CniAnswer added = add.get(60, TimeUnit.SECONDS);
      assertFalse(added.isError(), added.text());
      CniAnswer deleted = delete.get(60, TimeUnit.SECONDS);
      assertFalse(deleted.isError(), deleted.text());
      assertEquals("DEL\n", Files.readString(folder.resolve("log")));
      assertTrue(
          lab.host().snapshot().links().stream().noneMatch(link -> link.kind().equals("veth")));
    }
  }
}
