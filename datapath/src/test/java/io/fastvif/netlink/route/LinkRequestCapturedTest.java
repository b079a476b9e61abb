package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.IFLA_LINK;
import static io.fastvif.bindings.linux.linux_h.IFLA_LINKINFO;
import static io.fastvif.bindings.linux.linux_h.IFLA_MASTER;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netlink.route.kind.Dummy;
import io.fastvif.netlink.route.kind.Ifb;
import io.fastvif.netlink.route.kind.Macvlan;
import io.fastvif.netlink.route.kind.MacvlanMode;
import io.fastvif.netlink.route.kind.Macvtap;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netlink.route.kind.Vlan;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Compares link requests with those of iproute2. */
class LinkRequestCapturedTest {
  private final MessageEncoder encoder = new MessageEncoder(MemorySegment.ofArray(new byte[4096]));
  private final LinkRequest link = new LinkRequest(encoder);

  @Test
  void veth() {
    link.create("v0").mtu(1400).kind(new Veth().peerMtu(1450).peerName("v1"));
    assertSameAttributes("link-add-veth");
    link.create("v0").kind(new Veth().peerAddress(0x020000000001L).peerName("v1"));
    assertSameAttributes("link-add-veth-peer-address");
  }

  @Test
  void bridge() {
    link.create("br1")
        .kind(
            new Bridge()
                .forwardDelay(0)
                .ageingTime(30000)
                .spanningTree(false)
                .multicastSnooping(false));
    assertSame("link-add-bridge");
    link.create("br1").kind(new Bridge());
    assertSame("link-add-bridge-plain");
  }

  @Test
  void kindsWithoutOptions() {
    link.create("d0").kind(new Dummy());
    assertSame("link-add-dummy");
    link.create("i0").kind(new Ifb());
    assertSame("link-add-ifb");
  }

  @Test
  void linksOnALowerLink() {
    int lower = lowerLink("link-add-vlan");
    link.create("veth1.7").lowerLink(lower).kind(new Vlan().protocol(0x88a8).id(7));
    assertSameAttributes("link-add-vlan", true);
    lower = lowerLink("link-add-macvlan");
    link.create("mv0").lowerLink(lower).kind(new Macvlan().mode(MacvlanMode.BRIDGE));
    assertSameAttributes("link-add-macvlan");
    link.create("mt0").lowerLink(lower).kind(new Macvtap().mode(MacvlanMode.PASSTHRU));
    assertSameAttributes("link-add-macvtap");
  }

  @Test
  void macvtapsOfAllModes() {
    int lower = lowerLink("link-add-macvtap-vepa");
    Macvtap macvtap = new Macvtap();
    link.create("mt0").lowerLink(lower).kind(macvtap.mode(MacvlanMode.VEPA));
    assertSameAttributes("link-add-macvtap-vepa");
    link.create("mt0").lowerLink(lower).kind(macvtap.mode(MacvlanMode.BRIDGE));
    assertSameAttributes("link-add-macvtap-bridge");
    link.create("mt0").lowerLink(lower).kind(macvtap.mode(MacvlanMode.PRIVATE));
    assertSameAttributes("link-add-macvtap-private");
    link.change(index("link-set-macvtap-mode")).kind(macvtap.reset().mode(MacvlanMode.PRIVATE));
    assertSame("link-set-macvtap-mode");
  }

  @Test
  void settings() {
    link.set(index("link-set-name")).name("rep0");
    assertSameAttributes("link-set-name");
    link.set(index("link-set-mtu")).mtu(1400);
    assertSameAttributes("link-set-mtu");
    link.set(index("link-set-address")).address(0x02000000000aL);
    assertSameAttributes("link-set-address");
    link.set(index("link-set-master")).master(2);
    assertSameAttributes("link-set-master");
    link.set(index("link-set-group")).group(77);
    assertSameAttributes("link-set-group");
    link.set(index("link-set-alias")).alias("fastvif:1");
    assertSameAttributes("link-set-alias");
    link.set(index("link-set-addrgenmode")).addressGenerationMode(AddressGenerationMode.NONE);
    assertSameAttributes("link-set-addrgenmode");
    link.change(index("link-set-bridge-options")).kind(new Bridge().ageingTime(0));
    assertSame("link-set-bridge-options");
  }

  @Test
  void flags() {
    link.change(index("link-set-up")).up();
    assertSame("link-set-up");
    link.change(index("link-set-down")).down();
    assertSame("link-set-down");
    link.change(index("link-set-promisc")).promiscuous(true);
    assertSame("link-set-promisc");
  }

  @Test
  void deletion() {
    link.delete(index("link-delete"));
    assertSame("link-delete");
    link.deleteGroup(77);
    assertSame("link-delete-group");
  }

  @Test
  void alternativeNames() {
    link.addAltname(index("link-altname-add")).alternativeName("a-long-alternative-name");
    assertSame("link-altname-add");
    link.deleteAltname(index("link-altname-delete")).alternativeName("a-long-alternative-name");
    assertSame("link-altname-delete");
  }

  /** Besides the mask: iproute2 asks for statistics and VFs. */
  @Test
  void readingFilters() {
    link.dump(false).kindFilter("veth");
    assertFilter("link-dump-kind", IFLA_LINKINFO);
    link.dump(false).master(index(Captured.message("link-dump-master")));
    assertFilter("link-dump-master", IFLA_MASTER);
  }

  private void assertFilter(String name, int attribute) {
    assertTrue(link.end());
    AttributeIterator expected =
        Captured.message(name).attributes(InterfaceInfo.LENGTH, new AttributeIterator());
    assertTrue(expected.find(attribute), name);
    byte[] actual = take();
    MessageDecoder decoder =
        new MessageDecoder().wrap(MemorySegment.ofArray(actual), 0, actual.length);
    assertTrue(decoder.next());
    AttributeIterator attributes =
        decoder.attributes(InterfaceInfo.LENGTH, new AttributeIterator());
    assertTrue(attributes.find(attribute), name);
    assertArrayEquals(expected.getBytes(), attributes.getBytes(), name);
    assertEquals(Captured.message(name).type(), decoder.type());
  }

  private static int index(MessageDecoder message) {
    AttributeIterator attributes =
        message.attributes(InterfaceInfo.LENGTH, new AttributeIterator());
    assertTrue(attributes.find(IFLA_MASTER));
    return attributes.getInt();
  }

  private void assertSame(String name) {
    assertTrue(link.end());
    assertEquals(Captured.hex(Captured.bytes(name)), Captured.hex(take()), name);
  }

  private void assertSameAttributes(String name) {
    assertSameAttributes(name, false);
  }

  /** For where iproute2 orders attributes otherwise, or sends RTM_NEWLINK for RTM_SETLINK. */
  private void assertSameAttributes(String name, boolean orderOfOptionsDiffers) {
    assertTrue(link.end());
    byte[] expected = Captured.bytes(name);
    byte[] actual = take();
    if (orderOfOptionsDiffers) {
      assertEquals(AttributeTree.of(expected), AttributeTree.of(actual), name);
    } else {
      assertEquals(
          Captured.attributes(expected, InterfaceInfo.LENGTH),
          Captured.attributes(actual, InterfaceInfo.LENGTH),
          name);
    }
    assertEquals(index(name), headerInt(actual), name);
  }

  private static int headerInt(byte[] message) {
    return ByteBuffer.wrap(message).order(ByteOrder.nativeOrder()).getInt(16 + InterfaceInfo.INDEX);
  }

  private byte[] take() {
    byte[] bytes = Captured.bytes(encoder);
    encoder.reset();
    return bytes;
  }

  private static int index(String name) {
    return headerInt(Captured.bytes(name));
  }

  private static int lowerLink(String name) {
    AttributeIterator attributes =
        Captured.message(name).attributes(InterfaceInfo.LENGTH, new AttributeIterator());
    assertTrue(attributes.find(IFLA_LINK));
    return attributes.getInt();
  }
}
