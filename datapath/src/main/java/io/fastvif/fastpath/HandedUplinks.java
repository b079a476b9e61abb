package io.fastvif.fastpath;

import io.fastvif.forward.Forwarder;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.UplinkSwitchPort;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The uplinks of ports that are handed over, each with its ports, in one order on both sides. All
 * pairs of one switch are held between the same two rounds, so that no frame is on its way through
 * it: those that come wait in the link's rings, those of guests in theirs.
 */
final class HandedUplinks {
  /** No uplink: the port has a tap. */
  static final int NONE = -1;

  private final Forwarder forwarder;
  private final Map<Uplink, List<ForwardingPort>> ports = new LinkedHashMap<>();
  private final List<Uplink> held = new ArrayList<>();

  HandedUplinks(Forwarder forwarder) {
    this.forwarder = forwarder;
  }

  /** Adds a port that is open, if it has an uplink. */
  void add(ForwardingPort port) {
    if (port.uplink() != null) {
      ports.computeIfAbsent(port.uplink(), uplink -> new ArrayList<>()).add(port);
    }
  }

  /** The number of a port's uplink, or {@link #NONE}. */
  int numberOf(ForwardingPort port) {
    return port.uplink() == null ? NONE : List.copyOf(ports.keySet()).indexOf(port.uplink());
  }

  /** Writes all but where they are; they go on meanwhile. */
  void save(HandOverWriter writer) {
    writer.number(ports.size());
    ports.keySet().forEach(uplink -> uplink.save(writer));
  }

  /** Takes over what another process has saved; they are held. */
  void restore(HandOverReader reader) {
    for (int left = reader.count(HandedPorts.MAX_PORTS); left > 0; left--) {
      Uplink taken = Uplink.restore(reader, forwarder);
      ports.put(taken, new ArrayList<>());
      held.add(taken);
    }
  }

  /** The uplink of a number; null for {@link #NONE}. */
  Uplink get(int number) {
    return number == NONE ? null : List.copyOf(ports.keySet()).get(number);
  }

  /** Moves none of their frames, until {@link #release}. */
  void hold() {
    for (Uplink uplink : ports.keySet()) {
      held.add(uplink);
      forwarder.hold(pairs(uplink));
    }
  }

  /** Moves their frames, here where they are held. */
  void release() {
    for (Uplink uplink : held) {
      forwarder.release(pairs(uplink));
    }
    held.clear();
  }

  private List<PortPair> pairs(Uplink uplink) {
    List<PortPair> pairs = new ArrayList<>();
    pairs.add(uplink.pair());
    ports.get(uplink).forEach(port -> pairs.add(port.pair()));
    return pairs;
  }

  /** Writes where they are, while they are held. */
  void savePositions(HandOverWriter writer) {
    ports.keySet().forEach(uplink -> uplink.savePosition(writer, switched(uplink)));
  }

  void restorePositions(HandOverReader reader) {
    ports.keySet().forEach(uplink -> uplink.restorePosition(reader, switched(uplink)));
  }

  private List<UplinkSwitchPort> switched(Uplink uplink) {
    return ports.get(uplink).stream().map(ForwardingPort::switchPort).toList();
  }

  /** Lets those go that no port has joined; the others go with their ports. */
  void closeUnused() {
    ports.keySet().stream().filter(uplink -> uplink.ports().isEmpty()).forEach(Uplink::close);
  }
}
