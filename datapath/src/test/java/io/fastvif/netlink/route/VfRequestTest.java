package io.fastvif.netlink.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.netlink.MessageEncoder;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class VfRequestTest {
  private final MessageEncoder encoder = new MessageEncoder(Arena.ofAuto().allocate(1024));

  /** The attributes behind the headers of the message, in the byte order of x86-64. */
  private String attributes() {
    byte[] bytes = encoder.segment().asSlice(0, encoder.length()).toArray(ValueLayout.JAVA_BYTE);
    return HexFormat.of().formatHex(bytes, 32, bytes.length);
  }

  @Test
  void writesTheStructuresOfIfLinkH() {
    LinkRequest link = new LinkRequest(encoder);
    link.set(7);
    new VfRequest(encoder)
        .begin(3)
        .address(0xfa163e010203L)
        .vlan(100, 5)
        .rate(10, 1000)
        .spoofCheck(true)
        .linkState(2)
        .trust(false)
        .end();
    link.end();
    assertEquals(
        "74001600" // IFLA_VFINFO_LIST
            + "70000100" // IFLA_VF_INFO
            + "28000100"
            + "03000000"
            + "fa163e010203"
            + "00".repeat(26)
            + "10000200"
            + "03000000"
            + "64000000"
            + "05000000"
            + "10000600"
            + "03000000"
            + "0a000000"
            + "e8030000"
            + "0c000400"
            + "03000000"
            + "01000000"
            + "0c000500"
            + "03000000"
            + "02000000"
            + "0c000900"
            + "03000000"
            + "00000000",
        attributes());
  }

  @Test
  void anAddressLeavesNothingForTheNext() {
    LinkRequest link = new LinkRequest(encoder);
    VfRequest vf = new VfRequest(encoder);
    link.set(7);
    vf.begin(1).vlan(0xfff, 7).address(0x020000000001L).end();
    link.end();
    assertEquals(
        "28000100" + "01000000" + "020000000001" + "00".repeat(26),
        attributes().substring(16 + 32));
  }

  @Test
  void protocolRssQueryAndGuids() {
    LinkRequest link = new LinkRequest(encoder);
    link.set(7);
    new VfRequest(encoder)
        .begin(2)
        .vlan(9, 1, 0x88a8)
        .rssQuery(true)
        .nodeGuid(0x0011223344556677L)
        .portGuid(0x8899aabbccddeeffL)
        .end();
    link.end();
    assertEquals(
        "54001600" // IFLA_VFINFO_LIST
            + "50000100" // IFLA_VF_INFO
            + "18000c00" // IFLA_VF_VLAN_LIST
            + "14000100"
            + "02000000"
            + "09000000"
            + "01000000"
            + "88a80000" // in network order
            + "0c000700"
            + "02000000"
            + "01000000"
            + "14000a00"
            + "02000000"
            + "00000000"
            + "7766554433221100"
            + "14000b00"
            + "02000000"
            + "00000000"
            + "ffeeddccbbaa9988",
        attributes());
  }
}
