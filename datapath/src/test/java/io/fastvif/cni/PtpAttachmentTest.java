package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.files.KernelFile;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

class PtpAttachmentTest {
  @TempDir Path folder;

  @KernelTest
  void podsReachTheHostAndEachOtherByIt() throws Exception {
    Peer ping = Peer.require("ping", "iputils-ping");
    try (PodLab lab = new PodLab(folder)) {
      String network = lab.network("1.0.0", "ptp", ",'ipMasq':true");
      Netns one = lab.pod();
      Netns two = lab.pod();
      String result = lab.done("ADD", "one", one, network);
      lab.done("ADD", "two", two, network);
      one.call(() -> ping.run("-c 1 -w 60 10.88.0.1"));
      one.call(() -> ping.run("-c 1 -w 60 10.88.0.3"));
      one.call(() -> ping.run("-6 -c 1 -w 60 fd88::3"));
      String check = PodLab.with(network, "prevResult", result);
      lab.done("CHECK", "one", one, check);
      one.call(() -> Peer.require("ip", "iproute2").run("route del 0.0.0.0/0"));
      lab.refused(CniException.DIFFERS, "CHECK", "one", one, check);
      lab.done("DEL", "one", one, network);
      lab.done("DEL", "two", two, network);
      assertEquals(Set.of(), lab.held());
      assertEquals(Set.of(), PodLab.withRules());
    }
  }

  @KernelTest
  void checkSeesThatTheHostForwardsNoMore() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      Netns pod = lab.pod();
      for (String attachment : new String[] {"ptp", "bridge"}) {
        String network = lab.network("1.0.0", attachment, "");
        if (attachment.equals("bridge")) {
          network = PodLab.with(network, "isGateway", "true");
        }
        String check = PodLab.with(network, "prevResult", lab.done("ADD", "one", pod, network));
        lab.done("CHECK", "one", pod, check);
        for (String family : new String[] {"ipv4", "ipv6"}) {
          String setting = "/proc/sys/net/" + family + "/conf/all/forwarding";
          KernelFile.write(setting, "0");
          String differs = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
          assertTrue(differs.contains("does not forward IPv" + family.charAt(3)), differs);
          KernelFile.write(setting, "1");
        }
        lab.done("CHECK", "one", pod, check);
        lab.done("DEL", "one", pod, network);
      }
    }
  }

  @KernelTest
  void staticAddressesAndTheMacOfTheRuntimeAreTaken() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      String network =
          ("{'cniVersion':'0.4.0','name':'net','type':'fastvif','attachment':'ptp',"
                  + "'runtimeConfig':{'mac':'02:00:00:00:00:07'},"
                  + "'ipam':{'type':'static','addresses':[{'address':'10.7.0.9/24',"
                  + "'gateway':'10.7.0.1'}],'dns':{'nameservers':['10.7.0.1']}}}")
              .replace('\'', '"');
      Netns pod = lab.pod();
      Map<String, String> variables = PodLab.variables("ADD", "one", pod);
      variables.put("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=x;MAC=02:00:00:00:00:01");
      CniAnswer added = new CniPlugin(lab.host()).answer(new CniRequest(variables, network)).join();
      assertTrue(added.text().contains("\"mac\":\"02:00:00:00:00:07\""), added.text());
      assertTrue(added.text().contains("\"nameservers\":[\"10.7.0.1\"]"), added.text());
      assertTrue(added.text().contains("\"version\":\"4\""), added.text());
      lab.done("DEL", "one", pod, network);
    }
  }
}
