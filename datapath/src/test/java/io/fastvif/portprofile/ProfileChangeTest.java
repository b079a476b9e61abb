package io.fastvif.portprofile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.PortRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.plan.PortAssociation;
import io.fastvif.testing.KernelTest;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The kernel parses the request, and a driver that knows no port profiles refuses it. */
class ProfileChangeTest {
  private static final UUID GUEST = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");

  @KernelTest
  void aDriverThatKnowsNoPortProfilesSaysSo() {
    int index;
    try (RouteSocket socket = RouteSocket.open()) {
      socket.execute(socket.link().create("v0").kind(new Veth().peerName("v1")));
      index = socket.indexOf("v0");
    }
    for (int vf : new int[] {PortRequest.SELF, 3}) {
      PortAssociation.Profile port =
          new PortAssociation.Profile("v0", index, vf, "enterprise_xyz_dept", GUEST, null);
      NetlinkException refused =
          assertThrows(NetlinkException.class, () -> PortChanges.associate(port, false, 1));
      assertEquals(Errno.EOPNOTSUPP, refused.errno(), refused.getMessage());
      refused = assertThrows(NetlinkException.class, () -> PortChanges.disassociate(port, 1));
      assertEquals(Errno.EOPNOTSUPP, refused.errno(), refused.getMessage());
    }
    // The kernel does look at what is asked: a profile's name has at most 39 bytes.
    PortAssociation.Profile longName =
        new PortAssociation.Profile("v0", index, PortRequest.SELF, "p".repeat(60), GUEST, null);
    NetlinkException refused =
        assertThrows(NetlinkException.class, () -> PortChanges.associate(longName, false, 1));
    assertEquals(Errno.ERANGE, refused.errno(), refused.getMessage());
  }

  @Test
  void answersInWords() {
    assertEquals("bad state", PortResponse.text(0x103));
    assertEquals("VSI type violation", PortResponse.text(4));
    assertEquals("response 9", PortResponse.text(9));
  }
}
