package io.fastvif.benchmarks.soak;

import io.fastvif.benchmarks.process.OvsSwitch;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfileOpenVSwitch;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import io.fastvif.vif.VifOpenVSwitch;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A VIF of the agent's soak, and what its last acknowledged request left on the host. Whoever has
 * claimed it may have it changed.
 */
final class AgentVif {
  static final List<String> BRIDGES = List.of("br-left", "br-right");
  private static final List<Integer> MTUS = List.of(1400, 1450, 1500);
  private static final long FIRST_MAC = 0xfa163e000000L;
  private static final int ABSENT_OF_10 = 3;

  private final int number;
  private final Sort sort;
  private final String id;
  private final AtomicBoolean claimed = new AtomicBoolean();
  private final Trace trace = new Trace();
  private volatile Shape acknowledged;
  private volatile long acknowledgedNanos;

  /** What sort of port it has. */
  enum Sort {
    TAP,
    BRIDGED,
    SWITCHED
  }

  /**
   * What is on the host of a VIF; null in place of one where nothing is.
   *
   * @param bridge a Linux bridge; empty for none, and for ports of Open vSwitch
   */
  record Shape(String name, int mtu, String bridge) {}

  AgentVif(int number, Sort sort) {
    this.number = number;
    this.sort = sort;
    id = new UUID((long) number << Integer.SIZE | 0x4000, 0x8000L << 48).toString();
  }

  String id() {
    return id;
  }

  Sort sort() {
    return sort;
  }

  Trace trace() {
    return trace;
  }

  /** What is there of it; null for nothing. */
  Shape acknowledged() {
    return acknowledged;
  }

  /** When it was acknowledged last, by {@link System#nanoTime()}. */
  long acknowledgedNanos() {
    return acknowledgedNanos;
  }

  void acknowledge(Shape shape) {
    acknowledged = shape;
    acknowledgedNanos = System.nanoTime();
    trace.add("acknowledged", shape);
  }

  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  void release() {
    claimed.set(false);
  }

  /** What a client might ask for next. */
  Shape draw(SplittableRandom random) {
    if (random.nextInt(10) < ABSENT_OF_10) {
      return null;
    }
    int mtu = MTUS.get(random.nextInt(MTUS.size()));
    boolean isRenamed = random.nextInt(5) == 0;
    return switch (sort) {
      case TAP -> new Shape((isRenamed ? "tapb" : "tapa") + number, mtu, "");
      case BRIDGED -> // a new MTU of a pair that is there goes to the host's end alone
          new Shape(
              (isRenamed ? "portb" : "porta") + number,
              isRenamed ? MTUS.getFirst() : MTUS.getLast(),
              BRIDGES.get(random.nextInt(BRIDGES.size())));
      case SWITCHED -> new Shape("ovs" + number, MTUS.getLast(), "");
    };
  }

  /** What the agent is sent to plug it so, or to unplug it. */
  String request(Shape shape) {
    return shape == null
        ? "{\"id\":\"" + id + "\",\"action\":\"unplug\"}"
        : "{\"action\":\"plug\",\"options\":{\"linux_bridge.create_port\":\"veth\"},\"vif\":"
            + VersionedObjectWriter.write(vif(shape))
            + "}";
  }

  private Vif vif(Shape shape) {
    MacAddress address = new MacAddress(FIRST_MAC + number);
    Network.Builder network = Network.builder().mtu(shape.mtu).shouldProvideBridge(false);
    return switch (sort) {
      case TAP ->
          VifGeneric.builder()
              .id(id)
              .address(address)
              .plugin("tap")
              .vifName(shape.name)
              .network(network.build())
              .build();
      case BRIDGED ->
          VifBridge.builder()
              .id(id)
              .address(address)
              .plugin("linux_bridge")
              .hasTrafficFiltering(true)
              .vifName(shape.name)
              .bridgeName(shape.bridge)
              .network(network.build())
              .build();
      case SWITCHED ->
          VifOpenVSwitch.builder()
              .id(id)
              .address(address)
              .plugin("ovs")
              .vifName(shape.name)
              .bridgeName(OvsSwitch.BRIDGE)
              .network(network.bridge(OvsSwitch.BRIDGE).build())
              .portProfile(
                  PortProfileOpenVSwitch.builder()
                      .interfaceId(id)
                      .datapathType("netdev")
                      .createPort(true)
                      .createTap(true)
                      .build())
              .build();
    };
  }

  @Override
  public String toString() {
    return "VIF " + id + " (" + sort + ")";
  }
}
