package io.fastvif.driver.file;

import static io.fastvif.driver.EndpointType.BRIDGE;
import static io.fastvif.driver.EndpointType.TAP;
import static io.fastvif.driver.EndpointType.VHOST_USER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.BridgeKind;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.EndpointConstraints;
import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointRequest;
import io.fastvif.driver.EndpointType;
import io.fastvif.driver.EndpointUnavailableException;
import io.fastvif.driver.TapEndpoint;
import io.fastvif.plan.LinkState;
import io.fastvif.testing.KernelTest;
import io.fastvif.tuntap.Tap;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints on bridges of the real kernel, the life of a virtual machine through. */
class EndpointFlowTest {
  private static final UUID PORT = UUID.fromString("09b11c53-8b5c-4eeb-8f00-d84eaa0aaa4f");
  private static final String DEVICE = "tap09b11c53-8b";
  private static final MacAddress MAC = MacAddress.parse("fa:16:3e:00:00:01");

  @TempDir Path temporary;
  private Path file;

  @BeforeEach
  void describeNetworks() throws IOException {
    file = temporary.resolve("networks.json");
    Files.writeString(
        file,
        """
        {"networks": {
          "blue":  {"kind": "bridge", "bridge": "br-blue", "mtu": 1450},
          "ready": {"kind": "bridge", "bridge": "br-blue", "mtu": 1450, "create_port": true},
          "huge":  {"kind": "bridge", "bridge": "br-blue", "mtu": 65535, "hot_plug": false},
          "new":   {"kind": "bridge", "bridge": "br-new"},
          "lost":  {"kind": "bridge", "bridge": "br-lost", "provide_bridge": false},
          "cut":   {"kind": "bridge", "bridge": "br-cut", "uplink": "eth9"},
          "wrong": {"kind": "bridge", "bridge": "lo"}
        }}
        """);
  }

  private static EndpointRequest request(String network, EndpointType... acceptable) {
    return EndpointRequest.of(network, PORT, acceptable).withMac(MAC);
  }

  /** Starts on host A, migrates to host B, destroys. Neither side knows more than the endpoint. */
  private void lifeOfAGuest(EndpointRequest request) {
    try (TestHost a = new TestHost(file);
        TestHost b = new TestHost(file)) {
      Set<LinkState> beforeOnA = a.links();
      Set<LinkState> beforeOnB = b.links();

      Endpoint onA = a.driver().request(request);
      assertEquals(request.acceptable().getFirst(), onA.type());
      assertEquals(Optional.of(MAC), onA.mac());
      assertEquals(1450, onA.mtu());
      Tap guestOnA = a.startGuest(onA);
      assertEquals(a.link("br-blue").index(), a.link(DEVICE).master());
      assertEquals(beforeOnB, b.links());

      Endpoint onB = b.driver().request(request);
      assertEquals(onA, onB);
      Tap guestOnB = b.startGuest(onB);
      guestOnA.close();
      a.driver().release(onA);
      assertEquals(beforeOnA, a.links());
      assertEquals(b.link("br-blue").index(), b.link(DEVICE).master());
      assertTrue(b.link(DEVICE).up());

      guestOnB.close();
      b.driver().release(onB);
      assertEquals(beforeOnB, b.links());
      b.driver().release(onB);
      a.driver().release(onA);
      assertEquals(beforeOnA, a.links());
      assertEquals(beforeOnB, b.links());
    }
  }

  @KernelTest
  void aGuestOnABridgeIsStartedMigratedAndDestroyed() {
    lifeOfAGuest(request("blue", BRIDGE, TAP));
  }

  @KernelTest
  void aGuestOnABridgesReadyPortIsStartedMigratedAndDestroyed() {
    lifeOfAGuest(request("ready", BRIDGE));
  }

  @KernelTest
  void aGuestOnATapIsStartedMigratedAndDestroyed() {
    lifeOfAGuest(request("blue", TAP, BRIDGE));
  }

  @KernelTest
  void theEndpointSaysWhatIsThere() {
    try (TestHost host = new TestHost(file)) {
      EndpointId bridge = new EndpointId("blue", BRIDGE, PORT);
      assertEquals(
          new BridgeEndpoint(
              bridge, Optional.of(MAC), 1450, "br-blue", BridgeKind.LINUX, DEVICE, false),
          host.driver().request(request("blue", BRIDGE)));
      assertFalse(host.has(DEVICE));
      Endpoint tap = host.driver().request(request("blue", TAP));
      assertEquals(
          new TapEndpoint(new EndpointId("blue", TAP, PORT), Optional.of(MAC), 1450, DEVICE), tap);
      LinkState made = host.link(DEVICE);
      assertEquals("tun", made.kind());
      assertEquals(1450, made.mtu());
      assertTrue(made.up());
      assertEquals("fe:16:3e:00:00:01", made.address().toString());
      Set<LinkState> links = host.links();
      assertEquals(tap, host.driver().request(request("blue", TAP)));
      assertEquals(links, host.links());
    }
  }

  @KernelTest
  void notesSayWhatAPluginLeftOut() {
    try (TestHost host = new TestHost(file)) {
      List<String> notes = new ArrayList<>();
      // of the type that was tried in vain nothing is said
      Endpoint endpoint = host.driver().request(request("huge", TAP, BRIDGE), notes::add);
      assertEquals(BRIDGE, endpoint.type());
      assertEquals(List.of(), notes);
      try (Tap strange = host.startGuest(endpoint)) {
        host.driver().release(new EndpointId("blue", TAP, PORT), notes::add);
        assertEquals(
            List.of(strange.name() + " is left: fastvif did not make it for this VIF"), notes);
      }
    }
  }

  @KernelTest
  void aDriverThatWasRestartedReleasesByTheIdAlone() {
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      String ready = host.driver().request(request("ready", BRIDGE)).id().toString();
      assertNotEquals(before, host.links());
      host.restart();
      host.driver().release(EndpointId.parse(ready));
      assertEquals(before, host.links());
      String tap = host.driver().request(request("blue", TAP)).id().toString();
      host.restart();
      assertEquals(tap, host.driver().request(request("blue", TAP)).id().toString());
      host.restart();
      host.driver().release(EndpointId.parse(tap));
      assertEquals(before, host.links());
    }
  }

  @KernelTest
  void failureIsUndoneAndTheNextTypeIsTried() {
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      EndpointUnavailableException error =
          assertThrows(
              EndpointUnavailableException.class,
              () -> host.driver().request(request("huge", TAP, VHOST_USER)));
      String reason = error.reasons().get(TAP);
      assertTrue(reason.contains("set " + DEVICE + ": "), reason);
      assertTrue(reason.contains("mtu greater than device maximum"), reason);
      assertFalse(reason.contains("left behind"), reason);
      assertEquals("a network of kind bridge gives bridge, tap", error.reasons().get(VHOST_USER));
      assertEquals(before, host.links());
      assertEquals(BRIDGE, host.driver().request(request("huge", TAP, BRIDGE)).type());
      assertEquals(before, host.links());
    }
  }

  @KernelTest
  void foreignDevicesAreNotTaken() {
    try (TestHost host = new TestHost(file)) {
      Endpoint bridge = host.driver().request(request("blue", BRIDGE));
      try (Tap strange = host.startGuest(bridge)) {
        Set<LinkState> before = host.links();
        assertThrows(
            EndpointUnavailableException.class, () -> host.driver().request(request("blue", TAP)));
        host.driver().release(new EndpointId("blue", TAP, PORT));
        assertEquals(before, host.links());
        assertEquals(DEVICE, strange.name());
      }
    }
  }

  @KernelTest
  void errorsSayWhatTheHostLacks() {
    try (TestHost host = new TestHost(file)) {
      Set<LinkState> before = host.links();
      refused(host, request("lost", BRIDGE), "there is no bridge br-lost on this host");
      refused(host, request("cut", BRIDGE), "there is no uplink eth9 on this host");
      refused(host, request("wrong", BRIDGE), "the device lo is not a bridge");
      EndpointConstraints none = EndpointConstraints.NONE;
      refused(
          host,
          request("blue", TAP).withConstraints(none.withMultiqueue(true)),
          "the plugin linux_bridge makes taps of one queue only");
      refused(
          host,
          request("blue", TAP).withConstraints(none.withMtu(1451)),
          "the network's MTU is 1450, not 1451");
      refused(
          host,
          request("huge", BRIDGE).withConstraints(none.withHotPlug(true)),
          "the network's endpoints are not for running guests");
      EndpointRequest fits =
          request("blue", BRIDGE)
              .withConstraints(none.withMtu(1450).withMultiqueue(true).withHotPlug(true));
      assertEquals(BRIDGE, host.driver().request(fits).type());
      assertThrows(
          InvalidInputException.class, () -> host.driver().request(request("pink", BRIDGE)));
      assertEquals(before, host.links());
    }
  }

  private static void refused(TestHost host, EndpointRequest request, String reason) {
    EndpointUnavailableException error =
        assertThrows(EndpointUnavailableException.class, () -> host.driver().request(request));
    assertEquals(List.of(reason), List.copyOf(error.reasons().values()));
  }

  @KernelTest
  void aPortsEndpointIsNeitherMovedNorTakenByAnotherNetwork() {
    try (TestHost host = new TestHost(file)) {
      Endpoint onNew = host.driver().request(request("new", TAP));
      LinkState tap = host.link(DEVICE);
      assertEquals(host.link("br-new").index(), tap.master());
      refused(
          host,
          request("blue", TAP),
          "the port has another endpoint, " + DEVICE + ", which is to be released first");
      host.driver().release(new EndpointId("blue", TAP, PORT));
      assertEquals(tap, host.link(DEVICE));
      host.driver().release(onNew);
      assertFalse(host.has(DEVICE));
      assertTrue(host.has("br-new"));
    }
  }

  @KernelTest
  void fourThreadsRequestAndReleaseAHundredEndpoints() throws Exception {
    try (TestHost host = new TestHost(file);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Set<LinkState> before = host.links();
      List<Future<Endpoint>> requests = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        UUID port = new UUID((long) i << 32, i);
        EndpointRequest request =
            i % 2 == 0
                ? EndpointRequest.of("blue", port, TAP)
                : EndpointRequest.of("ready", port, BRIDGE);
        requests.add(threads.submit(() -> host.driver().request(request)));
        if (i % 10 == 0) { // the same port again, at the same time
          requests.add(threads.submit(() -> host.driver().request(request)));
        }
      }
      Set<Endpoint> endpoints = new HashSet<>();
      for (Future<Endpoint> request : requests) {
        endpoints.add(request.get());
      }
      assertEquals(100, endpoints.size());
      int bridge = host.link("br-blue").index();
      assertEquals(100, host.links().stream().filter(link -> link.master() == bridge).count());
      List<Future<?>> releases = new ArrayList<>();
      for (Endpoint endpoint : endpoints) {
        releases.add(threads.submit(() -> host.driver().release(endpoint)));
      }
      for (Future<?> release : releases) {
        release.get();
      }
      assertEquals(before, host.links());
    }
  }

  @KernelTest
  void fourThreadsThatAskForOnePortAtOnceGetOneEndpoint() throws Exception {
    int threads = 4;
    CyclicBarrier together = new CyclicBarrier(threads);
    try (TestHost host = new TestHost(file);
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      Set<LinkState> before = host.links();
      for (int round = 0; round < 20; round++) {
        List<Future<Endpoint>> requests = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          requests.add(
              pool.submit(
                  () -> {
                    together.await();
                    return host.driver().request(request("blue", TAP));
                  }));
        }
        Set<Endpoint> endpoints = new HashSet<>();
        for (Future<Endpoint> request : requests) {
          endpoints.add(request.get());
        }
        assertEquals(1, endpoints.size());
        host.driver().release(endpoints.iterator().next());
        assertEquals(before, host.links());
      }
    }
  }
}
