package io.fastvif.driver.file;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.NetworkDrivers;
import io.fastvif.driver.TapEndpoint;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Bridge;
import io.fastvif.netns.Netns;
import io.fastvif.plan.LinkState;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A host: a network namespace with a bridge br-blue, and the driver that it runs. */
final class TestHost implements AutoCloseable {
  private static final long BRIDGE_ADDRESS = 0x021122334455L;

  private final Netns namespace = Netns.createPrivate();
  private final Path file;
  private VifHost host;
  private NetworkDriver driver;

  TestHost(Path file) {
    this.file = file;
    namespace.call(
        () -> {
          try (RouteSocket socket = RouteSocket.open()) {
            // a bridge without an address of its own takes on that of its ports
            socket.execute(
                socket.link().create("br-blue").address(BRIDGE_ADDRESS).up().kind(new Bridge()));
          }
          return null;
        });
    restart();
  }

  /** Ends the driver and what it plugs on and starts others, which know nothing of them. */
  void restart() {
    if (host != null) {
      host.close();
    }
    host = VifHost.open(VifHostOptions.byDefault().withNamespace(namespace));
    driver =
        NetworkDrivers.create(Map.of("driver", "file", "file.networks", file.toString()), host);
  }

  NetworkDriver driver() {
    return driver;
  }

  VifHost host() {
    return host;
  }

  /** Every link with all that is known of it. */
  Set<LinkState> links() {
    return new HashSet<>(host.snapshot().links());
  }

  LinkState link(String name) {
    return host.snapshot().link(name).orElseThrow();
  }

  boolean has(String name) {
    return host.snapshot().link(name).isPresent();
  }

  /** Does what a hypervisor does with an endpoint; the guest runs until its tap is closed. */
  Tap startGuest(Endpoint endpoint) {
    return switch (endpoint) {
      case BridgeEndpoint bridge -> bridge.deviceExists() ? attach(bridge.device()) : make(bridge);
      case TapEndpoint tap -> attach(tap.device());
      default -> throw new AssertionError("not negotiated for: " + endpoint);
    };
  }

  private Tap attach(String device) {
    return namespace.call(() -> Tap.attach(device, TapOptions.plain()));
  }

  private Tap make(BridgeEndpoint bridge) {
    int master = link(bridge.bridge()).index();
    return namespace.call(
        () -> {
          Tap tap = Tap.create(bridge.device(), TapOptions.plain());
          try (RouteSocket socket = RouteSocket.open()) {
            socket.execute(socket.link().set(bridge.device()).master(master).up());
          }
          return tap;
        });
  }

  @Override
  public void close() {
    host.close();
    namespace.close();
  }
}
