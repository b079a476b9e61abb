package io.fastvif.cli;

import io.fastvif.json.PlugRequest;
import io.fastvif.json.VersionedObjectWriter;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.Network;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBridge;
import io.fastvif.vif.VifGeneric;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * A VIF of a churn: what its client was last told is there, and what it has asked for and not been
 * told of. Changed by its client; looked at by others while the client waits.
 */
final class ChurnVif {
  static final List<String> BRIDGES = List.of("br-left", "br-right");
  static final Map<String, String> OPTIONS = Map.of("linux_bridge.create_port", "veth");
  private static final List<Integer> MTUS = List.of(1400, 1450, 1500);
  private static final long FIRST_MAC = 0xfa163e000000L;
  private static final int ABSENT_OF_10 = 4;

  private final int number;
  private final String id;
  private volatile Shape acknowledged;
  private volatile Shape asked;
  private volatile boolean isPending;

  /**
   * What is on the host of a VIF; null in place of one where nothing is.
   *
   * @param name of the tap, or of the host's end of the pair
   * @param bridge that it is a port of; empty for a tap, which is of none
   */
  record Shape(String name, int mtu, String bridge) {}

  ChurnVif(int number) {
    this.number = number;
    id = new UUID((long) number << Integer.SIZE | 0x4000, 0x8000L << 48).toString();
  }

  String id() {
    return id;
  }

  Shape acknowledged() {
    return acknowledged;
  }

  Shape asked() {
    return asked;
  }

  /** Whether an operation was begun and not answered. */
  boolean isPending() {
    return isPending;
  }

  /** What a client might ask for next. */
  Shape draw(SplittableRandom random) {
    if (random.nextInt(10) < ABSENT_OF_10) {
      return null;
    }
    boolean isPort = number % 2 == 1;
    boolean isRenamed = random.nextInt(4) == 0;
    String name = names().get(isRenamed ? 0 : 1);
    if (isPort) { // a new MTU of a pair that is there goes to the host's end alone
      return new Shape(name, isRenamed ? 1400 : 1500, BRIDGES.get(random.nextInt(BRIDGES.size())));
    }
    return new Shape(name, MTUS.get(random.nextInt(MTUS.size())), "");
  }

  void begin(Shape wanted) {
    asked = wanted;
    isPending = true;
  }

  void end() {
    acknowledged = asked;
    isPending = false;
  }

  /** The names that the VIF may have had. */
  List<String> names() {
    return List.of("again" + number, "first" + number);
  }

  PlugRequest request(Shape shape) {
    Network network = Network.builder().mtu(shape.mtu).shouldProvideBridge(false).build();
    MacAddress address = new MacAddress(FIRST_MAC + number);
    Vif vif =
        shape.bridge.isEmpty()
            ? VifGeneric.builder()
                .id(id)
                .address(address)
                .plugin("tap")
                .vifName(shape.name)
                .network(network)
                .build()
            : VifBridge.builder()
                .id(id)
                .address(address)
                .plugin("linux_bridge")
                .hasTrafficFiltering(true)
                .vifName(shape.name)
                .bridgeName(shape.bridge)
                .network(network)
                .build();
    return PlugRequest.of(vif);
  }

  /** What the agent is sent to plug it. */
  String body(Shape shape) {
    return "{\"vif\":"
        + VersionedObjectWriter.write(request(shape).vif())
        + ",\"options\":{\"linux_bridge.create_port\":\"veth\"}}";
  }

  @Override
  public String toString() {
    return id + " acknowledged " + acknowledged + (isPending ? ", asked for " + asked : "");
  }
}
