package io.fastvif.fastpath;

import io.fastvif.bindings.FailureKind;
import io.fastvif.bindings.FastvifIOException;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.bridge.LearningSwitch;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.plan.ServedPort;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The uplinks by their names, each open from its first port to its last. Any thread. */
final class Uplinks {
  private final Forwarder forwarder;
  private final Map<String, Uplink> open = new TreeMap<>();

  Uplinks(Forwarder forwarder) {
    this.forwarder = forwarder;
  }

  /**
   * Joins a port to its uplink.
   *
   * @return the uplink, to be left by {@link #leave}
   * @throws IOException if the uplink has no place for it
   */
  synchronized Uplink join(ServedPort port) throws IOException {
    Uplink uplink = open.get(port.uplink());
    // The ports of one that was deleted keep it until they are closed.
    if (uplink == null || uplink.isDead()) {
      uplink = Uplink.open(port.uplink(), forwarder);
      open.put(port.uplink(), uplink);
    }
    requirePlace(uplink, port);
    uplink.ports().add(port);
    return uplink;
  }

  /** Joins a port to an uplink that was taken over. */
  synchronized void join(ServedPort port, Uplink uplink) {
    open.putIfAbsent(uplink.name(), uplink);
    uplink.ports().add(port);
  }

  private static void requirePlace(Uplink uplink, ServedPort port) throws IOException {
    String name = "the uplink " + ServedPort.AF_XDP + port.uplink();
    if (uplink.ports().size() + 1 == LearningSwitch.MAX_PORTS) {
      throw new FastvifIOException(
          FailureKind.BUSY,
          name + " has " + uplink.ports().size() + " ports: expected one with fewer");
    }
    SwitchPortSettings own = port.switchPort();
    for (ServedPort other : uplink.ports()) {
      SwitchPortSettings theirs = other.switchPort();
      if (own.isGuarded()
          && theirs.isGuarded()
          && own.vlan() == theirs.vlan()
          && own.address().equals(theirs.address())) {
        throw new FastvifIOException(
            FailureKind.EXISTS,
            name
                + " has the MAC address "
                + own.address()
                + " at the VIF "
                + other.vifId()
                + " already: expected another, or another VLAN");
      }
    }
  }

  /** What has passed each, in the order of their names. */
  synchronized List<UplinkReport> reports() {
    return open.values().stream().map(Uplink::report).toList();
  }

  /** Leaves an uplink, which is closed with its last port. */
  synchronized void leave(Uplink uplink, ServedPort port) {
    uplink.ports().remove(port);
    if (uplink.ports().isEmpty()) {
      open.remove(port.uplink(), uplink);
      uplink.close();
    }
  }
}
