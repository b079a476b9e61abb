package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.ETH_P_8021Q;
import static io.fastvif.bindings.linux.linux_h.IFLA_VF_LINK_STATE_AUTO;
import static io.fastvif.bindings.linux.linux_h.IFLA_VF_LINK_STATE_ENABLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netlink.AttributeIterator;
import io.fastvif.netlink.Captured;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Reads a physical function with two virtual ones: composed bytes, see the file. */
class VfInfoTest {
  private final LinkMessage link = new LinkMessage().wrap(Captured.message("composed-link-vfs"));

  @Test
  void virtualFunctions() {
    assertEquals(2, link.vfCount());
    AttributeIterator vfs = new AttributeIterator();
    assertTrue(link.vfs(vfs));
    VfInfo vf = new VfInfo();
    assertTrue(vfs.next());
    vf.wrap(vfs);
    assertEquals(0, vf.number());
    assertEquals(0x02000000000aL, vf.address());
    assertEquals(0, vf.vlan());
    assertEquals(0, vf.qos());
    assertTrue(vf.isSpoofChecked());
    assertFalse(vf.isTrusted());
    assertEquals(IFLA_VF_LINK_STATE_AUTO, vf.linkState());
    assertEquals(ETH_P_8021Q(), vf.vlanProtocol());
    assertEquals(0, vf.leastRate());
    assertEquals(0, vf.greatestRate());
    assertTrue(vf.saysSpoofCheck());
    assertTrue(vf.saysTrust());
    assertFalse(vf.saysRssQuery());
    assertFalse(vf.isRssQueryAllowed());
    assertFalse(vf.saysGuids());
    assertTrue(vfs.next());
    vf.wrap(vfs);
    assertEquals(1, vf.number());
    assertEquals(0x02000000000bL, vf.address());
    assertEquals(42, vf.vlan());
    assertEquals(3, vf.qos());
    assertFalse(vf.isSpoofChecked());
    assertTrue(vf.isTrusted());
    assertEquals(IFLA_VF_LINK_STATE_ENABLE, vf.linkState());
    assertEquals(100, vf.leastRate());
    assertEquals(2500, vf.greatestRate());
    assertFalse(vfs.next());
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
    LinkMessage veth = new LinkMessage().wrap(Captured.message("reply-link-veth"));
    assertEquals(0, veth.vfCount());
    assertFalse(veth.vfs(new AttributeIterator()));
    assertNull(veth.physicalSwitchId());
    assertNull(veth.physicalPortName());
    assertNull(veth.parentDeviceName());
  }
}
