package io.fastvif.engine.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.side.LeftAsItIsException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.observe.HostReader;
import io.fastvif.plan.FormerDevice.FormerLink;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.RestoreLink;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;

/** A link that its guest has changed, on the real kernel. */
class FormerLinksTest {
  private static final PciAddress DEVICE = PciAddress.parse("0000:03:00.2");

  private final Peer ip = Peer.require("ip", "iproute2");

  private void ip(String... commands) throws Exception {
    for (String command : commands) {
      ip.run(command);
    }
  }

  private static LinkState link(String name) {
    try (RouteSocket socket = RouteSocket.open()) {
      HostSnapshot host = HostReader.read(socket);
      return host.link(name).orElse(null);
    }
  }

  private static FormerLink pairIsMade(FormerLinksTest test) throws Exception {
    test.ip("link add eth7 address 02:00:00:00:00:07 mtu 1400 type veth peer name wire");
    return FormerLink.of(link("eth7"));
  }

  private static String left(FormerLink former, LinkState now) {
    RestoreLink step = new RestoreLink(DEVICE, former);
    return assertThrows(LeftAsItIsException.class, () -> FormerLinks.restore(step, now))
        .getMessage();
  }

  @KernelTest
  void nameAddressMtuAndStateAreGivenBack() throws Exception {
    FormerLink former = pairIsMade(this);
    assertEquals(
        new FormerLink("eth7", MacAddress.parse("02:00:00:00:00:07"), 1400, false), former);
    ip(
        "link set eth7 name guest0",
        "link set guest0 address 02:12:34:56:78:9a mtu 9000",
        "link set guest0 up");
    assertTrue(FormerLinks.restore(new RestoreLink(DEVICE, former), link("guest0")));
    assertEquals(former, FormerLink.of(link("eth7")));
    assertTrue(FormerLinks.restore(new RestoreLink(DEVICE, former), link("eth7")));
    assertEquals(former, FormerLink.of(link("eth7")));
  }

  @KernelTest
  void aLinkThatWasUpIsUpAgain() throws Exception {
    pairIsMade(this);
    ip("link set eth7 up");
    FormerLink former = FormerLink.of(link("eth7"));
    ip("link set eth7 down", "link set eth7 name guest0", "link set guest0 up");
    assertTrue(FormerLinks.restore(new RestoreLink(DEVICE, former), link("guest0")));
    assertEquals(former, FormerLink.of(link("eth7")));
    ip("link set eth7 down");
    assertTrue(FormerLinks.restore(new RestoreLink(DEVICE, former), link("eth7")));
    assertEquals(former, FormerLink.of(link("eth7")));
  }

  @KernelTest
  void whatIsRefusedIsTold() throws Exception {
    FormerLink former = pairIsMade(this);
    ip(
        "link set eth7 name guest0",
        "link set guest0 mtu 9000",
        "link add eth7 type veth peer name other");
    assertEquals("the link guest0 is left: not name eth7: EEXIST", left(former, link("guest0")));
    assertEquals(1400, link("guest0").mtu());
  }

  @KernelTest
  void aLinkInUseIsLeftUp() throws Exception {
    FormerLink former = pairIsMade(this);
    ip("link set eth7 up", "link add link eth7 name mvl0 type macvlan mode bridge");
    assertEquals("the link eth7 is left: up, for mvl0 lies on it", left(former, link("eth7")));
    assertTrue(link("eth7").up());
  }

  @KernelTest
  void aLinkThatIsElsewhereIsTold() throws Exception {
    assertEquals(
        "the link of 0000:03:00.2 is not here to be as it was:"
            + " eth7 address 02:00:00:00:00:07 mtu 1400 down",
        left(pairIsMade(this), null));
  }
}
