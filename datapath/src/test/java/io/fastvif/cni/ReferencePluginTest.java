package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;

/** Side by side with the reference plugins bridge and host-local. */
class ReferencePluginTest {
  @TempDir Path folder;

  @KernelTest
  void resultsAreTheSame() throws Exception {
    for (String version : new String[] {"0.3.1", "0.4.0", "1.0.0"}) {
      try (PodLab lab = new PodLab(folder.resolve(version))) {
        String network = lab.network(version, "bridge", ",'isGateway':true,'mtu':1300");
        Netns one = lab.pod();
        Netns two = lab.pod();
        String theirs = PodLab.reference("ADD", "one", one, network);
        String ours = lab.done("ADD", "two", two, network);
        assertEquals(
            masked(theirs, one).toString(),
            masked(ours, two).toString().replace("::3/", "::2/").replace(".88.0.3/", ".88.0.2/"));
        assertEquals(
            state(one), state(two).replace("::3/", "::2/").replace(".88.0.3/", ".88.0.2/"));
        PodLab.reference("DEL", "one", one, network);
        lab.done("DEL", "two", two, network);
      }
    }
  }

  @KernelTest
  void bridgeThatIsDownIsBroughtUpByBoth() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Peer ip = Peer.require("ip", "iproute2");
      String network = lab.network("1.0.0", "bridge", ",'isGateway':true");
      Netns first = lab.pod();
      String result = lab.done("ADD", "first", first, network);
      String check = PodLab.with(network, "prevResult", result);
      for (String plugin : new String[] {"theirs", "ours"}) {
        ip.run("link set cni0 down");
        Await.until(
            "the bridge to be seen down",
            () -> lab.ask("CHECK", "first", first, check).text().contains("cni0 is down"));
        Netns pod = lab.pod();
        if (plugin.equals("theirs")) {
          PodLab.reference("ADD", plugin, pod, network);
        } else {
          lab.done("ADD", plugin, pod, network);
        }
        pod.call(() -> Peer.require("ping", "iputils-ping").run("-c 1 -w 60 10.88.0.1"));
        pod.call(() -> Peer.require("ping", "iputils-ping").run("-6 -c 1 -w 60 fd88::1"));
        Await.until(
            "the bridge to be seen up", () -> !lab.ask("CHECK", "first", first, check).isError());
        PodLab.reference("DEL", plugin, pod, network);
      }
      lab.done("DEL", "first", first, network);
    }
  }

  /** Without what is another for each pod. */
  private static Map<String, Object> masked(String result, Netns pod) {
    String text =
        result
            .replaceAll("\"mac\":\\s*\"[0-9a-f:]{17}\"", "\"mac\":\"\"")
            .replaceAll("veth[0-9a-f]{8}", "veth")
            .replace(PodLab.path(pod), "pod");
    return new TreeMap<>(CniJson.object("the result", text));
  }

  /** Addresses and routes in a pod, as ip shows them. */
  private static String state(Netns pod) {
    return pod.call(
        () -> {
          Peer ip = Peer.require("ip", "iproute2");
          String addresses = ip.run("-o address show dev eth0 scope global");
          String routes = ip.run("route show") + ip.run("-6 route show");
          return (addresses + routes)
              .replaceAll("(?m)^\\d+: ", "")
              .replaceAll("valid_lft.*", "")
              .replaceAll("fe80:.*", "")
              .replaceAll("@if\\d+|src [0-9.]+| nodad|pref medium|\\s+", " ")
              .replaceAll(" +", " ");
        });
  }

  @KernelTest
  void eitherFreesWhatTheOtherGave() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.0.0", "bridge", "");
      Netns one = lab.pod();
      Netns two = lab.pod();
      lab.done("ADD", "one", one, network);
      Map<String, String> ours = lab.files();
      PodLab.reference("DEL", "one", one, network);
      assertEquals(Set.of(), lab.held());
      lab.done("DEL", "one", one, network);
      lab.files().keySet().forEach(name -> assertTrue(ours.containsKey(name), name));

      PodLab.reference("ADD", "two", two, network);
      assertEquals(Set.of("10.88.0.3", "fd88::3"), lab.held());
      Map<String, String> theirs = lab.files();
      assertEquals(ours.get("10.88.0.2").replace("one", "two"), theirs.get("10.88.0.3"));
      assertEquals(ours.keySet().size(), theirs.keySet().size());
      assertEquals("fd88::3", theirs.get("last_reserved_ip.1"));
      assertEquals("fd88::2", ours.get("last_reserved_ip.1"));
      lab.done("DEL", "two", two, network);
      assertEquals(Set.of(), lab.held());
      PodLab.reference("DEL", "two", two, network);
    }
  }

  @KernelTest
  void referenceIpamIsRunByDelegation() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      // Under another name it is not the one that is built in.
      Path plugins = Files.createDirectory(folder.resolve("plugins"));
      Files.copy(
          Path.of("/usr/lib/cni/host-local"),
          plugins.resolve("theirs"),
          StandardCopyOption.COPY_ATTRIBUTES);
      String network = lab.network("1.0.0", "bridge", "").replace("\"host-local\"", "\"theirs\"");
      Map<String, String> variables = PodLab.variables("ADD", "one", lab.pod());
      variables.put("CNI_PATH", plugins.toString());
      if (!Files.isExecutable(plugins.resolve("theirs"))) {
        Peer.missing("host-local is missing: apt-get install containernetworking-plugins");
      }
      CniPlugin plugin = new CniPlugin(lab.host());
      CniAnswer added = plugin.answer(new CniRequest(variables, network)).join();
      assertTrue(!added.isError(), added.text());
      assertEquals(Set.of("10.88.0.2", "fd88::2"), lab.held());
      // A plugin that refuses is heard.
      Map<String, String> taken = PodLab.variables("ADD", "two", lab.pod());
      taken.put("CNI_PATH", plugins.toString());
      taken.put("CNI_ARGS", "IgnoreUnknown=1;IP=10.88.0.2");
      CniAnswer refused = plugin.answer(new CniRequest(taken, network)).join();
      assertTrue(refused.isError() && refused.text().contains("theirs: "), refused.text());
      assertEquals(Set.of("10.88.0.2", "fd88::2"), lab.held());
      variables.put("CNI_COMMAND", "DEL");
      CniAnswer deleted = plugin.answer(new CniRequest(variables, network)).join();
      assertTrue(!deleted.isError(), deleted.text());
      assertEquals(Set.of(), lab.held());
    }
  }

  @KernelTest
  void addressesThatCannotBeUsedAreGivenBack() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Path plugins = Files.createDirectory(folder.resolve("plugins"));
      Path odd = plugins.resolve("odd");
      Path log = folder.resolve("log");
      Files.writeString(
          odd,
          "#!/bin/sh\necho $CNI_COMMAND >>" + log + "\necho '{\"ips\":[{\"address\":\"x\"}]}'\n");
      assertTrue(odd.toFile().setExecutable(true));
      String network = lab.network("1.0.0", "bridge", "").replace("\"host-local\"", "\"odd\"");
      Map<String, String> variables = PodLab.variables("ADD", "one", lab.pod());
      variables.put("CNI_PATH", plugins.toString());
      CniAnswer added = new CniPlugin(lab.host()).answer(new CniRequest(variables, network)).join();
      assertTrue(added.isError() && added.text().contains("ips.address"), added.text());
      assertEquals("ADD\nDEL\n", Files.readString(log));
    }
  }
}
