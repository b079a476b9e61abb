package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.plan.Aliases;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** A pod changes its links as it likes, also the alias by which the host's device is known. */
class MarkedDeviceTest {
  @TempDir Path folder;

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static String in(Netns namespace, String arguments) {
    return namespace.call(() -> ip(arguments));
  }

  private static void alias(Netns pod, String link, String alias) {
    List<String> set = List.of("link", "set", link, "alias", alias);
    pod.call(() -> Peer.require("ip", "iproute2").run(set));
  }

  /** The alias that ADD has given. */
  private static String mark() {
    return Aliases.ofPodDevice("cni/net/one/eth0", PodMark.thisHost());
  }

  private static String network(PodLab lab, String device) {
    return lab.network("1.1.0", "host-device", ",'device':'" + device + "'")
        .replace(",{\"dst\":\"::/0\"}", "")
        .replace("{\"dst\":\"0.0.0.0/0\"}", "");
  }

  private static String names() throws Exception {
    return names(ip("-o link show"));
  }

  private static String names(String links) {
    return links.replaceAll("(?m)^\\d+: ([^:@]+)[:@].*$", "$1").replace('\n', ' ');
  }

  /** A veth pair nic0 and far0, and nic1, an ifb. */
  private static void makeDevices() throws Exception {
    ip("link add nic0 type veth peer name far0");
    ip("link add nic1 type ifb");
  }

  private static void assertBack(PodLab lab, String device) throws Exception {
    assertTrue((" " + names()).contains(" " + device + " "), names());
    assertFalse(ip("link show dev " + device).contains("alias"));
    assertEquals(List.of(), new PodRecords(lab.records()).devices().all());
    assertEquals(Set.of(), lab.held());
  }

  @KernelTest
  void deviceWithoutItsMarkComesBack() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      makeDevices();
      for (String device : new String[] {"nic0", "nic1"}) {
        Netns pod = lab.pod();
        lab.done("ADD", "one", pod, network(lab, device));
        alias(pod, "eth0", "mine");
        lab.done("DEL", "one", pod, network(lab, device));
        assertBack(lab, device);
        lab.done("ADD", "one", pod, network(lab, device));
        in(pod, "link set eth0 down");
        in(pod, "link set eth0 name mine");
        alias(pod, "mine", "");
        // By what is written down alone.
        lab.done(
            "GC", "", null, PodLab.with(network(lab, device), "cni.dev/valid-attachments", "[]"));
        assertBack(lab, device);
      }
    }
  }

  @KernelTest
  void markOnAnotherLinkDoesNotMakeItTheDevice() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      makeDevices();
      Netns pod = lab.pod();
      String network = network(lab, "nic0");
      for (String ofDevice : new String[] {"mine", mark()}) {
        lab.done("ADD", "one", pod, network);
        in(pod, "link add copy0 type veth peer name copy1");
        alias(pod, "copy0", mark());
        alias(pod, "eth0", ofDevice);
        lab.done("DEL", "one", pod, network);
        assertBack(lab, "nic0");
        assertEquals("lo copy1 copy0 ", names(in(pod, "-o link show")));
        in(pod, "link delete copy0");
      }
    }
  }

  /** In another namespace it has another number there, and what tells it from a copy is little. */
  @KernelTest
  void copiesThatCannotBeToldApartAreNamed() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      makeDevices();
      Netns pod = lab.pod();
      Netns nested = lab.pod();
      String network = network(lab, "nic1");
      lab.done("ADD", "one", pod, network);
      String mac = in(pod, "-o link show eth0").replaceAll("(?s).*ether (\\S+) .*", "$1");
      in(pod, "link set eth0 netns " + PodLab.path(nested));
      in(nested, "link add copy0 address " + mac + " type ifb");
      alias(nested, "copy0", mark());
      String which = lab.refused(CniException.HOST_REFUSED, "DEL", "one", nested, network);
      assertTrue(which.contains("nic1 is not given back"), which);
      assertTrue(which.contains("eth0") && which.contains("copy0"), which);
      assertEquals(1, new PodRecords(lab.records()).devices().all().size());
      assertFalse(names().contains("nic1"));
      in(nested, "link delete copy0");
      lab.done("DEL", "one", nested, network);
      assertBack(lab, "nic1");
    }
  }

  /** A pod may delete a link of software, and make another, even with the number that it had. */
  @KernelTest
  void linkInTheDevicesPlaceIsNotTakenForIt() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      makeDevices();
      Netns pod = lab.pod();
      String network = network(lab, "nic0");
      lab.done("ADD", "one", pod, network);
      String index = in(pod, "-o link show eth0").replaceAll("(?s):.*", "");
      in(pod, "link delete eth0");
      in(pod, "link add eth0 index " + index + " type veth peer name other0");
      String which = lab.refused(CniException.HOST_REFUSED, "DEL", "one", pod, network);
      assertTrue(which.contains("nic0 is not given back"), which);
      assertTrue(which.contains("eth0"), which);
      assertEquals(1, new PodRecords(lab.records()).devices().all().size());
      in(pod, "link delete eth0");
      in(pod, "link add eth0 type ifb");
      lab.done("DEL", "one", pod, network);
      assertEquals("lo eth0 ", names(in(pod, "-o link show")));
      assertFalse(names().contains("nic0"));
      assertEquals(Set.of(), lab.held());
    }
  }

  /** An ADD begins with what a broken one has left: the device that the pod had is not lost. */
  @KernelTest
  void anotherAddGivesTheFirstDeviceBack() throws Exception {
    try (PodLab lab = new PodLab(folder)) {
      makeDevices();
      Netns pod = lab.pod();
      String first = network(lab, "nic0").replaceAll(",\"ipam\":.*", "}");
      String second = first.replace("nic0", "nic1");
      lab.done("ADD", "one", pod, first);
      in(pod, "link set eth0 down");
      in(pod, "link set eth0 name mine");
      alias(pod, "mine", "mine");
      lab.done("ADD", "one", pod, second);
      assertEquals("lo far0 nic0 ", names());
      assertEquals("lo eth0 ", names(in(pod, "-o link show")));
      lab.done("DEL", "one", pod, second);
      assertBack(lab, "nic1");
    }
  }
}
