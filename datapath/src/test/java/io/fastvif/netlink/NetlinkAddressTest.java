package io.fastvif.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.linux.sockaddr_nl;
import org.junit.jupiter.api.Test;

class NetlinkAddressTest {

  @Test
  void layoutIsTheHeaders() {
    assertEquals(sockaddr_nl.layout().byteSize(), NetlinkAddress.SIZE);
    assertEquals(sockaddr_nl.nl_family$offset(), NetlinkAddress.FAMILY_OFFSET);
    assertEquals(sockaddr_nl.nl_pid$offset(), NetlinkAddress.PORT_ID_OFFSET);
  }
}
