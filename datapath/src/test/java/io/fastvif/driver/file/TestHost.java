package io.fastvif.driver.file;

import io.fastvif.driver.BridgeEndpoint;
import io.fastvif.driver.Endpoint;
import io.fastvif.driver.NetworkDriver;
import io.fastvif.driver.NetworkDrivers;
import io.fastvif.driver.TapEndpoint;
import io.fastvif.engine.PlugEngine;
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

/** A host: a network namespace with a bridge br-blue, an engine, and the driver that it runs. */
final class TestHost implements AutoCloseable {
  private static final long BRIDGE_ADDRESS = 0x021122334455L;

  private final Netns namespace = Netns.createPrivate();
  private final Path file;
  private PlugEngine engine;
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

  /** Ends the driver and the engine and starts others, which know nothing of them. */
  void restart() {
    if (engine != null) {
      engine.close();
    }
    engine = PlugEngine.builder().namespace(namespace).build().start();
    driver =
        NetworkDrivers.create(Map.of("driver", "file", "file.networks", file.toString()), engine);
  }

  NetworkDriver driver() {
    return driver;
  }

  PlugEngine engine() {
    return engine;
  }

  /** Every link with all that is known of it. */
  Set<LinkState> links() {
    return new HashSet<>(engine.snapshot().links());
  }

  LinkState link(String name) {
    return engine.snapshot().link(name).orElseThrow();
  }

  boolean has(String name) {
    return engine.snapshot().link(name).isPresent();
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
    engine.close();
    namespace.close();
  }
}
