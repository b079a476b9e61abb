package io.fastvif.tuntap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;

class TapTest {
  @KernelTest
  void aPersistentTapStaysAndIsNotTakenTwice() throws Exception {
    TapOptions options = new TapOptions(true, true, 1000, 1001);
    Tap.createPersistent("tap0", options);
    String shown = Peer.require("ip", "iproute2").run("-j -d link show dev tap0");
    for (String part :
        new String[] {
          "\"type\":\"tap\"",
          "\"pi\":false",
          "\"vnet_hdr\":true",
          "\"multi_queue\":true",
          "\"persist\":true"
        }) {
      assertTrue(shown.contains(part), part + " is not in " + shown);
    }
    SystemCallException taken =
        assertThrows(SystemCallException.class, () -> Tap.createPersistent("tap0", options));
    assertEquals(Errno.EBUSY, taken.errno());
    Tap.delete("tap0", options);
    assertEquals(0, index("tap0"));
  }

  @KernelTest
  void aTapLivesAsLongAsItsQueues() {
    TapOptions options = new TapOptions(true, false, -1, -1);
    try (Tap first = Tap.create("tap1", options)) {
      try (Tap second = Tap.attach("tap1", options)) {
        assertTrue(first.descriptor() != second.descriptor());
      }
      assertTrue(index("tap1") > 0);
    }
    assertEquals(0, index("tap1"));
  }

  private static int index(String name) {
    try (RouteSocket route = RouteSocket.open()) {
      return route.indexOf(name);
    }
  }
}
