package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.Await;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Pods with virtual functions, in the lab: {@code SriovLabMain LINK VF VF VF FOLDER}, of which the
 * last function's driver is vfio-pci. It ends with the first difference.
 */
final class SriovLabMain {
  static final Path HOME = Path.of("/run/pods");
  private static final Path LEASES = PodLab.run(HOME).resolve("devices");
  private static final String GIVEN = "02:00:00:00:00:21";

  private final PodLab lab;
  private final Path folder;
  private final String link;
  private final String[] functions;

  private SriovLabMain(PodLab lab, String... arguments) {
    this.lab = lab;
    link = arguments[0];
    functions = new String[] {arguments[1], arguments[2], arguments[3]};
    folder = Path.of(arguments[4]);
  }

  /** Runs all. */
  public static void main(String[] arguments) throws Exception {
    try (PodLab lab = new PodLab(HOME)) {
      SriovLabMain run = new SriovLabMain(lab, arguments);
      run.functionIsThePodsAndComesBack();
      run.functionWhosePodIsGoneComesBack();
      run.failedAddLeavesNothing();
      run.functionWithoutLinkIsSetAndReset();
      run.hostDeviceIsLeasedToo();
    }
    Files.writeString(Path.of(arguments[4]).resolve("done"), "all");
  }

  private static String ip(String arguments) throws Exception {
    return Peer.require("ip", "iproute2").run(arguments);
  }

  private static String in(Netns pod, String arguments) {
    return pod.call(() -> ip(arguments));
  }

  private String network(int function, String more) {
    return lab.network("1.1.0", "sriov", more + ",'deviceID':'" + functions[function] + "'");
  }

  /** What the physical function has set of one. */
  private String settings(int function) throws Exception {
    return ip("link show dev " + link)
        .lines()
        .filter(line -> line.contains("vf " + function + " "))
        .findFirst()
        .orElseThrow();
  }

  /** The host's links and what is set of functions, without what follows from their carrier. */
  static String state() throws Exception {
    return ip("-d link show")
        .replaceAll("(?m)^\\d+: ", "")
        .replaceAll("NO-CARRIER,|,LOWER_UP|state \\w+|qdisc \\w+|qlen \\d+", "");
  }

  static Set<String> leases() throws IOException {
    Set<String> leases = new TreeSet<>();
    if (Files.isDirectory(LEASES)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(LEASES, "*:*")) {
        files.forEach(file -> leases.add(file.getFileName().toString()));
      }
    }
    return leases;
  }

  private void functionIsThePodsAndComesBack() throws Exception {
    String before = state();
    String network =
        network(
            0,
            ",'vlan':9,'vlanQoS':2,'spoofchk':'off','trust':'on','max_tx_rate':100"
                + ",'runtimeConfig':{'mac':'"
                + GIVEN
                + "','CNIDeviceInfoFile':'"
                + folder.resolve("info/one.json")
                + "'}");
    lab.done("STATUS", "", null, network);
    Netns pod = lab.pod();
    String result = lab.done("ADD", "one", pod, network);
    assertTrue(result.contains("\"pciID\":\"" + functions[0] + "\""), result);
    assertTrue(result.contains("\"mac\":\"" + GIVEN + "\""), result);
    String set = settings(0);
    for (String words :
        new String[] {
          GIVEN, "vlan 9, qos 2", "spoof checking off", "trust on", "max_tx_rate 100Mbps"
        }) {
      assertTrue(set.contains(words), set);
    }
    String inPod = in(pod, "-o address show dev eth0");
    assertTrue(inPod.contains("10.88.0.2/24"), inPod);
    assertEquals(Set.of(functions[0]), leases());
    String info = Files.readString(folder.resolve("info/one.json"));
    assertTrue(info.contains("\"pci-address\":\"" + functions[0] + "\""), info);

    String check = PodLab.with(network, "prevResult", result);
    lab.done("CHECK", "one", pod, check);
    ip("link set " + link + " vf 0 trust off");
    String differs = lab.refused(CniException.DIFFERS, "CHECK", "one", pod, check);
    assertTrue(differs.contains("trust off"), differs);

    // Nobody else gets it, whatever is asked of it.
    set = settings(0);
    Netns other = lab.pod();
    String leased = lab.refused(7, "ADD", "two", other, network(0, ",'vlan':5"));
    assertTrue(leased.contains("is leased to cni/net/one/eth0"), leased);
    lab.done("DEL", "two", other, network);
    assertEquals(set, settings(0));
    assertTrue(in(pod, "-o link show").contains("eth0"));
    // A function that is not trusted takes the address that it was given, also when it was down.
    String own = "02:00:00:00:00:22";
    String second = lab.done("ADD", "two", other, network(1, ",'mac':'" + own + "'"));
    assertTrue(second.contains("\"mac\":\"" + own + "\""), second);
    assertTrue(in(other, "-o link show dev eth0").contains(own));

    // What a pod may do; then GC keeps the one, and DEL gives the other back.
    in(pod, "link set eth0 down");
    in(pod, "link set eth0 mtu 1300 name mine alias of-the-pod");
    String valid = "[{\"containerID\":\"two\",\"ifname\":\"eth0\"}]";
    lab.done("GC", "", null, PodLab.with(network, "cni.dev/valid-attachments", valid));
    assertEquals(Set.of(functions[1]), leases());
    assertTrue(in(other, "-o link show").contains("eth0"));
    lab.done("DEL", "two", other, network);
    lab.done("DEL", "two", null, network);
    assertEquals(before, state());
    assertEquals(Set.of(), leases());
    assertEquals(Set.of(), lab.held());
    assertFalse(Files.exists(folder.resolve("info/one.json")));
  }

  /** The kernel puts its link into this namespace, under the name that it had in the pod. */
  private void functionWhosePodIsGoneComesBack() throws Exception {
    String before = state();
    Netns pod = lab.pod();
    String network = network(0, ",'vlan':9");
    lab.done("ADD", "one", pod, network);
    pod.close();
    Await.until("the link's return", () -> ip("-o link show").contains("fastvif-device:"));
    lab.done("DEL", "one", null, network);
    assertEquals(before, state());
    // And where DEL is faster than the kernel.
    Netns second = lab.pod();
    lab.done("ADD", "one", second, network);
    second.close();
    lab.done("DEL", "one", null, network);
    assertEquals(before, state());
    assertEquals(Set.of(), leases());
    // And where nothing but its device tells which it is.
    Netns third = lab.pod();
    lab.done("ADD", "one", third, network);
    in(third, "link set eth0 alias of-the-pod");
    third.close();
    Await.until("the link's return", () -> ip("-o link show").contains("of-the-pod"));
    lab.done("DEL", "one", null, network);
    assertEquals(before, state());
  }

  private void failedAddLeavesNothing() throws Exception {
    String before = state();
    Netns pod = lab.pod();
    String unreachable =
        network(0, ",'vlan':9,'trust':'on'")
            .replace("\"0.0.0.0/0\"", "\"192.0.2.0/24\",\"gw\":\"198.51.100.1\"");
    lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, unreachable);
    assertEquals(before, state());
    String unknown = network(0, ",'vlan':9,'link_state':'enable'");
    String refused = lab.refused(CniException.HOST_REFUSED, "ADD", "one", pod, unknown);
    assertTrue(refused.contains("EOPNOTSUPP"), refused);
    assertEquals(before, state());
    assertEquals(Set.of(), leases());
    assertEquals(Set.of(), lab.held());
  }

  private void functionWithoutLinkIsSetAndReset() throws Exception {
    String before = state();
    Netns pod = lab.pod();
    String network = network(2, ",'vlan':12,'mac':'" + GIVEN + "'");
    String result = lab.done("ADD", "one", pod, network);
    assertTrue(result.contains("\"pciID\":\"" + functions[2] + "\""), result);
    assertTrue(settings(2).contains("vlan 12"), settings(2));
    assertTrue(settings(2).contains(GIVEN), settings(2));
    assertFalse(in(pod, "-o link show").contains("eth0"));
    lab.done("CHECK", "one", pod, PodLab.with(network, "prevResult", result));
    lab.refused(7, "ADD", "two", lab.pod(), network);
    lab.done("DEL", "one", null, network);
    assertEquals(before, state());
    assertEquals(Set.of(), leases());
  }

  private void hostDeviceIsLeasedToo() throws Exception {
    String before = state();
    String network = lab.network("1.1.0", "host-device", ",'pciBusID':'" + functions[0] + "'");
    Netns pod = lab.pod();
    String result = lab.done("ADD", "one", pod, network);
    assertTrue(result.contains("\"pciID\":\"" + functions[0] + "\""), result);
    lab.done("CHECK", "one", pod, PodLab.with(network, "prevResult", result));
    assertEquals(Set.of(functions[0]), leases());
    lab.refused(7, "ADD", "two", lab.pod(), network(0, ""));
    pod.close();
    lab.done("DEL", "one", null, network);
    assertEquals(before, state());
    assertEquals(Set.of(), leases());
    String bound = lab.network("1.1.0", "host-device", ",'pciBusID':'" + functions[2] + "'");
    Netns second = lab.pod();
    lab.done("ADD", "one", second, bound);
    assertEquals(Set.of(functions[2]), leases());
    lab.done("DEL", "one", second, bound);
    assertEquals(before, state());
    assertEquals(Set.of(), leases());
    assertEquals(Set.of(), lab.held());
  }
}
