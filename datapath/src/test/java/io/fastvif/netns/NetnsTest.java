package io.fastvif.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NetnsTest {
  @KernelTest
  void codeRunsInTheNamespaceAndTheCallerStaysOutside() throws IOException {
    Path here = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
    try (Netns namespace = Netns.createPrivate()) {
      Path there =
          namespace.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
      assertFalse(here.equals(there));
      assertEquals(here, Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")));
    }
  }

  @KernelTest
  void aLinkMovesToANamespace() {
    try (Netns namespace = Netns.createPrivate();
        RouteSocket route = RouteSocket.open()) {
      route.execute(
          route
              .link()
              .create("v0")
              .kind(new Veth().peerName("v1").peerNamespaceDescriptor(namespace.descriptor())));
      assertEquals(0, route.indexOf("v1"));
      int there =
          namespace.call(
              () -> {
                try (RouteSocket inside = RouteSocket.open()) {
                  return inside.indexOf("v1");
                }
              });
      assertTrue(there > 0);
    }
  }

  @KernelTest
  void aNameIsSeenByIp() throws Exception {
    String name = "fastvif-test-" + ProcessHandle.current().pid();
    Peer ip = Peer.require("ip", "iproute2");
    try (Netns namespace = Netns.create(name)) {
      assertTrue(namespace.descriptor() >= 0);
      assertTrue(ip.run("netns list").contains(name));
      SystemCallException taken = assertThrows(SystemCallException.class, () -> Netns.create(name));
      assertEquals(Errno.EEXIST, taken.errno());
    } finally {
      Netns.delete(name);
    }
    assertFalse(ip.run("netns list").contains(name));
  }

  @Test
  void aNameWithASlashIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Netns.named("../x"));
  }
}
