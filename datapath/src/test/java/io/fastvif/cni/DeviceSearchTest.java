package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cards with several links of one device, as no machine without such a card has them. */
class DeviceSearchTest {
  private static final String SLOT = "0000:3b:00.0";
  private static final long MAC = 0x020000000031L;

  private final FakePlace host = new FakePlace("cookie 1", "host");
  private final FakePlace pod = new FakePlace("cookie 2", "pod");
  private final FakePlace other = new FakePlace("cookie 3", "other");

  /** A namespace that is a list of links. */
  private final class FakePlace implements DeviceSearch.Place {
    private final String identity;
    private final String name;
    private final List<DeviceLink> links = new ArrayList<>();

    FakePlace(String identity, String name) {
      this.identity = identity;
      this.name = name;
    }

    @Override
    public String identity() {
      return identity;
    }

    @Override
    public List<DeviceLink> links() {
      return List.copyOf(links);
    }

    @Override
    public void fetch(DeviceLink link) {
      links.remove(link);
      host.links.add(link(link.index(), name + ":" + link.name(), device().mark(), link.facts()));
    }
  }

  private boolean hasSiblings = true;
  private String port = "";
  private int index;

  private static DeviceFacts facts(String port) {
    return new DeviceFacts("", 0, -1, "pci", SLOT, port);
  }

  private static DeviceLink link(int index, String name, String alias, DeviceFacts facts) {
    MacAddress mac = new MacAddress(MAC + index);
    return new DeviceLink(index, name, List.of(), alias, mac, 1500, 0, true, facts);
  }

  /** What ADD has written down of the link that had index 5 on the host. */
  private PodDevice device() {
    DeviceLink before = link(5, "port0", "", facts(port));
    PodDevice device =
        PodDevice.of(
            before, hasSiblings, "cni/net/one/eth0", host.identity, "/run/pod", pod.identity);
    return index == 0 ? device : device.inPod(link(index, "eth0", "", facts(port)));
  }

  private static DeviceSearch.SearchedPlaces places(FakePlace... places) {
    return visitor -> {
      for (FakePlace place : places) {
        if (visitor.visit(place)) {
          return true;
        }
      }
      return false;
    };
  }

  private String found() throws IOException {
    DeviceLink found = DeviceSearch.find(device(), host, places(pod), places(other, pod));
    return found == null ? null : found.name();
  }

  @Test
  void otherPortOnTheHostIsLeftAlone() throws IOException {
    host.links.add(link(6, "port1", "", facts("")));
    pod.links.add(link(5, "eth0", device().mark(), facts("")));
    assertEquals("pod:eth0", found());
    host.links.removeLast();
    // Also where the pod has taken the mark off.
    index = 5;
    pod.links.add(link(5, "eth0", "mine", facts("")));
    assertEquals("pod:eth0", found());
    host.links.removeLast();
    other.links.add(link(7, "moved", device().mark(), facts("")));
    assertEquals("other:moved", found());
    host.links.removeLast();
    assertNull(found());
    assertEquals(1, host.links.size());
  }

  /** At the ADD another pod had it, so that nothing was known of it; and no port has a name. */
  @Test
  void otherPortThatHasComeMeanwhileIsLeftAlone() throws IOException {
    hasSiblings = false;
    host.links.add(link(6, "port1", "", facts("")));
    pod.links.add(link(5, "eth0", device().mark(), facts("")));
    assertEquals("pod:eth0", found());
    host.links.removeLast();
    index = 5;
    pod.links.add(link(5, "eth0", "mine", facts("")));
    assertEquals("pod:eth0", found());
  }

  @Test
  void representorOnTheHostIsNotTheFunctionsOwnLink() throws IOException {
    hasSiblings = false;
    port = "p0";
    host.links.add(link(8, "rep0", "", facts("pf0vf0")));
    assertNull(found());
    other.links.add(link(5, "eth0", "mine", facts("p0")));
    assertEquals("other:eth0", found());
    host.links.removeLast();
    port = ""; // the card was switched while the pod had it
    other.links.add(link(5, "eth0", "mine", facts("p0")));
    assertEquals("other:eth0", found());
    host.links.removeLast();
    host.links.add(link(5, "eth0", "mine", facts("p0")));
    assertEquals("eth0", found());
  }

  /** The pods of both are gone, and had taken the marks off. */
  @Test
  void portsAreToldApartByNameOrByAddress() throws IOException {
    port = "p0";
    host.links.add(link(6, "eth1", "", facts("p1")));
    assertNull(found());
    host.links.add(link(5, "eth0", "", facts("p0")));
    assertEquals("eth0", found());
    host.links.clear();
    port = "";
    host.links.add(link(6, "eth1", "", facts("")));
    assertNull(found());
    host.links.add(link(5, "eth0", "", facts("")));
    assertEquals("eth0", found());
  }

  @Test
  void functionWithOneLinkIsFoundWhateverItsPodHasMadeOfIt() throws IOException {
    hasSiblings = false;
    host.links.add(link(9, "dev9", "mine", facts("")));
    assertEquals("dev9", found());
    host.links.clear();
    host.links.add(link(9, "dev9", "fastvif:others", facts("")));
    assertNull(found());
  }

  /** The path of a pod that is gone may lead to another. */
  @Test
  void numberCountsInThePodsOwnNamespaceOnly() throws IOException {
    port = "p0";
    index = 5;
    other.links.add(link(5, "eth0", "", facts("p1")));
    DeviceLink found = DeviceSearch.find(device(), host, places(other), places(pod));
    assertNull(found);
    pod.links.add(link(5, "renamed", "", facts("p0")));
    assertEquals("pod:renamed", found());
  }

  @Test
  void severalWithTheMarkAreNamed() {
    for (FakePlace place : List.of(host, pod)) {
      place.links.add(link(6, "eth1", device().mark(), facts("")));
      place.links.add(link(5, "eth0", device().mark(), facts("")));
      IOException which = assertThrows(IOException.class, this::found);
      assertEquals(
          "port0 is not given back: it is not certain which it is of eth1, eth0",
          which.getMessage());
      place.links.clear();
    }
  }
}
