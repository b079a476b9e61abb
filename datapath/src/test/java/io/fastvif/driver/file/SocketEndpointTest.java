package io.fastvif.driver.file;

import static io.fastvif.driver.EndpointType.VHOST_USER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.SocketEndpoint;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.KernelTest;
import io.fastvif.vif.VhostUserMode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints of a folder of vhost-user sockets. */
class SocketEndpointTest {
  private static final UUID PORT = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  private static final EndpointConstraints SHARED =
      EndpointConstraints.NONE.withSharedMemory(true).withMultiqueue(true);

  @TempDir Path temporary;
  private Path file;

  @BeforeEach
  void describeNetworks() throws IOException {
    file = temporary.resolve("networks.json");
    Files.writeString(
        file,
        """
        {"networks": {
          "listen":  {"kind": "vhost-user", "folder": "FOLDER", "mode": "server"},
          "connect": {"kind": "vhost-user", "folder": "FOLDER", "mode": "client"},
          "none":    {"kind": "vhost-user", "folder": "FOLDER/none", "mode": "client"}
        }}
        """
            .replace("FOLDER", temporary.toString()));
  }

  private static EndpointRequest request(String network) {
    return EndpointRequest.of(network, PORT, VHOST_USER).withConstraints(SHARED);
  }

  private static void listen(Path socket) throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
    }
    assertTrue(Files.exists(socket));
  }

  @KernelTest
  void theHypervisorsSocketIsRemovedWhenItIsReleased() throws Exception {
    Path socket = temporary.resolve(PORT + ".sock");
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      Endpoint endpoint = host.driver().request(request("listen"));
      assertEquals(
          new SocketEndpoint(
              new EndpointId("listen", VHOST_USER, PORT),
              Optional.empty(),
              1500,
              socket.toString(),
              VhostUserMode.SERVER),
          endpoint);
      assertFalse(Files.exists(socket));
      listen(socket);
      assertEquals(endpoint, host.driver().request(request("listen")));
      assertTrue(Files.exists(socket));
      host.restart();
      host.driver().release(endpoint.id());
      assertFalse(Files.exists(socket));
      host.driver().release(endpoint.id());
      Files.createFile(socket); // no socket: somebody else's
      host.driver().release(endpoint.id());
      assertTrue(Files.exists(socket));
      assertEquals(before, host.links());
    }
  }

  @KernelTest
  void theSwitchsSocketIsLeftToTheSwitch() throws Exception {
    Path socket = temporary.resolve(PORT + ".sock");
    try (TestHost host = new TestHost(file)) {
      listen(socket);
      Endpoint endpoint = host.driver().request(request("connect"));
      host.driver().release(endpoint);
      assertTrue(Files.exists(socket));
    }
  }

  @KernelTest
  void memoryThatIsNotSharedRulesItOut() {
    try (TestHost host = new TestHost(file)) {
      assertEquals(
          "the guest's memory is not shared, as vhost-user needs it",
          refusal(host, EndpointRequest.of("listen", PORT, VHOST_USER)));
      assertEquals(
          "there is no folder " + temporary.resolve("none") + " on this host",
          refusal(host, request("none")));
    }
  }

  private static String refusal(TestHost host, EndpointRequest request) {
    EndpointUnavailableException refused =
        assertThrows(EndpointUnavailableException.class, () -> host.driver().request(request));
    return refused.reasons().get(VHOST_USER);
  }
}
