package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/**
 * An ADD on Open vSwitch with DPDK is done up to each of its steps, each of which is one
 * transaction or one file; then DEL or GC by another engine leaves database, files, addresses and
 * another pod as they were.
 */
class BrokenOffAddTest {
  private static final AttachmentId ONE = new AttachmentId("net", "one", "eth0");
  private static final String VALID = "[{\"containerID\":\"kept\",\"ifname\":\"eth0\"}]";
  private static final String OF_PORT =
      ",'bridge':'br-pod','trunk':[{'id':42}],'ingressRate':8000000,'ingressBurst':800000";

  @TempDir Path folder;

  private PodLab lab(OvsHost ovs) {
    return new PodLab(folder, Map.of("ovs.ovsdb_connection", ovs.address()));
  }

  private String ofSocket() {
    return ",'host':{'engine':'ovs-dpdk','bridge':{'bridgeName':'br-pod'}},'sharedDir':'"
        + folder.resolve("shared")
        + "','runtimeConfig':{'CNIDeviceInfoFile':'"
        + folder.resolve("info/one.json")
        + "'}";
  }

  @KernelTest
  void portOfSocketIsTakenAway() throws Exception {
    takesAwayAfterEachStep("vhostuser", ofSocket());
  }

  @KernelTest
  void portOfLinkIsTakenAway() throws Exception {
    takesAwayAfterEachStep("ovs", OF_PORT);
  }

  private void takesAwayAfterEachStep(String attachment, String keys) throws Exception {
    try (OvsHost ovs = OvsHost.startWithDpdk(folder.resolve("ovs"))) {
      ovs.vsctl("add-br br-pod -- set bridge br-pod datapath_type=netdev");
      try (PodLab lab = lab(ovs)) {
        String network = lab.network("1.1.0", attachment, keys);
        lab.done("ADD", "kept", lab.pod(), network.replace("one.json", "kept.json"));
        HostStateReader reader = new HostStateReader().ovs(ovs);
        HostState before = reader.readSettled();
        Set<String> filesBefore = files();
        int steps = 1;
        for (int done = 1; done <= steps; done++) {
          for (String verb : List.of("DEL", "GC")) {
            String what = verb + " after step " + done + " of an ADD of " + attachment;
            try (Netns pod = Netns.createPrivate();
                PodLab killed = lab(ovs)) {
              steps = AddSteps.add(killed, ONE, pod, network, done);
            }
            assertFalse(filesBefore.equals(files()), what);
            takeAway(ovs, verb, network);
            before.assertUnchanged(what, reader);
            assertEquals(filesBefore, files(), what);
          }
        }
        assertTrue(steps >= 4, "too few steps: " + steps);
      }
    }
  }

  /** By another engine, which knows nothing of the one before. */
  private void takeAway(OvsHost ovs, String verb, String network) {
    try (PodLab lab = lab(ovs)) {
      if (verb.equals("GC")) {
        lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", VALID));
      } else {
        lab.done("DEL", ONE.containerId(), null, network);
      }
    }
  }

  /** Of addresses, records, sockets and what pods are told. */
  private Set<String> files() throws Exception {
    Set<String> files = new TreeSet<>();
    for (String name : List.of("networks", "run", "shared", "info")) {
      if (Files.isDirectory(folder.resolve(name))) {
        try (Stream<Path> all = Files.walk(folder.resolve(name))) {
          all.map(path -> folder.relativize(path).toString())
              .filter(path -> !path.endsWith("lock") && !path.contains("last_reserved_ip."))
              .forEach(files::add);
        }
      }
    }
    return files;
  }
}
