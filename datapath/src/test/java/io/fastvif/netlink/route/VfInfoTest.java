package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.Captured;
import io.fastvif.netlink.MalformedMessageException;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads a physical function with two virtual ones: composed bytes, see the file. */
class VfInfoTest {
  private final MessageDecoder message = Captured.message("composed-link-vfs");
  private final LinkMessage link = new LinkMessage().wrap(message);

  @Test
  void virtualFunctions() {
    VfInfo vf = new VfInfo().wrap(message);
    assertTrue(vf.next());
    assertEquals(0, vf.number());
    assertEquals(0x02000000000aL, vf.address());
    assertEquals(0, vf.vlan());
    assertEquals(0, vf.qos());
    assertTrue(vf.isSpoofChecked());
    assertFalse(vf.isTrusted());
    assertEquals(IFLA_VF_LINK_STATE_AUTO, vf.linkState());
    assertEquals(ETH_P_8021Q(), vf.vlanProtocol());
    assertEquals(0, vf.minRate());
    assertEquals(0, vf.maxRate());
    assertTrue(vf.saysSpoofCheck());
    assertTrue(vf.saysTrust());
    assertFalse(vf.saysRssQuery());
    assertFalse(vf.isRssQueryAllowed());
    assertFalse(vf.saysGuids());
    assertTrue(vf.next());
    assertEquals(1, vf.number());
    assertEquals(0x02000000000bL, vf.address());
    assertEquals(42, vf.vlan());
    assertEquals(3, vf.qos());
    assertFalse(vf.isSpoofChecked());
    assertTrue(vf.isTrusted());
    assertEquals(IFLA_VF_LINK_STATE_ENABLE, vf.linkState());
    assertEquals(100, vf.minRate());
    assertEquals(2500, vf.maxRate());
    assertFalse(vf.next());
  }

  @Test
  void switchPort() {
    assertEquals("0123456789abcdef", HexFormat.of().formatHex(link.physicalSwitchId()));
    assertEquals("p0", link.physicalPortName());
    assertEquals("0000:03:00.0", link.parentDeviceName());
    assertEquals("pci", link.parentBusName());
    assertEquals("enp3s0f0np0", link.name());
  }

  @Test
  void aLinkWithoutThemHasNone() {
    MessageDecoder message = Captured.message("reply-link-veth");
    LinkMessage veth = new LinkMessage().wrap(message);
    assertFalse(new VfInfo().wrap(message).next());
    assertNull(veth.physicalSwitchId());
    assertNull(veth.physicalPortName());
    assertNull(veth.parentDeviceName());
  }

  /** As the kernel writes it: the list's length is 16 bits of the true one. */
  private static MessageDecoder many(int count, boolean whole) {
    MessageEncoder encoder = new MessageEncoder(Arena.ofAuto().allocate(1 << 20));
    encoder.begin(RTM_NEWLINK, 0, 1);
    encoder.putHeader(InterfaceInfo.LENGTH);
    encoder.putInt(IFLA_NUM_VF, count);
    int list = encoder.length();
    encoder.putBytes(IFLA_VFINFO_LIST, new byte[0]);
    byte[] mac = new byte[36];
    for (int i = 0; i < (whole ? count : count - 1); i++) {
      ByteBuffer.wrap(mac).order(ByteOrder.nativeOrder()).putInt(i).put(4, (byte) 2);
      mac[8] = (byte) (i >> 8);
      mac[9] = (byte) i;
      encoder.beginNested(IFLA_VF_INFO);
      encoder.putBytes(IFLA_VF_MAC, mac);
      encoder.putBytes(IFLA_VF_BROADCAST, new byte[32]);
      encoder.putBytes(IFLA_VF_STATS, new byte[96]);
      encoder.endNested();
    }
    encoder
        .segment()
        .set(ValueLayout.JAVA_SHORT_UNALIGNED, list, (short) (encoder.length() - list));
    encoder.putInt(IFLA_GROUP, 7);
    assertTrue(encoder.end());
    MessageDecoder decoder = new MessageDecoder();
    assertTrue(decoder.wrap(encoder.segment(), 0, encoder.length()).next());
    return decoder;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 170, 350, 1000})
  void asManyAsThereAre(int count) {
    VfInfo vf = new VfInfo().wrap(many(count, true));
    for (int i = 0; i < count; i++) {
      assertTrue(vf.next());
      assertEquals(i, vf.number());
      assertEquals(0x020000000000L + i, vf.address());
    }
    assertFalse(vf.next());
  }

  @Test
  void aListThatEndsBeforeItsLastIsMalformed() {
    VfInfo vf = new VfInfo().wrap(many(400, false));
    for (int i = 0; i < 399; i++) {
      assertTrue(vf.next());
    }
    assertThrows(MalformedMessageException.class, vf::next);
  }
}
