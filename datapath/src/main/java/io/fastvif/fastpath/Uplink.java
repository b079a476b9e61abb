package io.fastvif.fastpath;

import io.fastvif.forward.FlowStatistics;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.UplinkSwitch;
import io.fastvif.forward.UplinkSwitchPort;
import io.fastvif.forward.XdpPort;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.plan.ServedPort;
import io.fastvif.xdp.XdpOptions;
import java.util.ArrayList;
import java.util.List;

/** A link of the host that is open by AF_XDP, and the switch between it and its ports. */
final class Uplink implements AutoCloseable {
  private final Forwarder forwarder;
  private final XdpPort link;
  private final UplinkSwitch bridge;
  private final UplinkSwitchPort own;
  private final PortPair pair;
  private final List<ServedPort> ports = new ArrayList<>();

  private Uplink(Forwarder forwarder, XdpPort link, boolean isHeld) {
    this.forwarder = forwarder;
    this.link = link;
    bridge = new UplinkSwitch(link.name());
    own = bridge.uplink(link.queues());
    pair = isHeld ? forwarder.connectHeld(link, own) : forwarder.connect(link, own);
  }

  static Uplink open(String link, Forwarder forwarder) {
    return of(XdpPort.open(link, XdpOptions.DEFAULT), forwarder, false);
  }

  /** Takes one over from another process; it is held. */
  static Uplink restore(HandOverReader reader, Forwarder forwarder) {
    return of(XdpPort.restore(reader), forwarder, true);
  }

  private static Uplink of(XdpPort link, Forwarder forwarder, boolean isHeld) {
    try {
      return new Uplink(forwarder, link, isHeld);
    } catch (RuntimeException | Error e) {
      link.close();
      throw e;
    }
  }

  /** Writes what {@link #restore} takes. */
  void save(HandOverWriter writer) {
    link.save(writer);
  }

  /**
   * Writes where it is, while it is held.
   *
   * @param others the switch's ports of guests, in an order that {@link #restorePosition} is told
   *     too
   */
  void savePosition(HandOverWriter writer, List<UplinkSwitchPort> others) {
    link.savePosition(writer);
    bridge.save(writer, with(others));
  }

  void restorePosition(HandOverReader reader, List<UplinkSwitchPort> others) {
    link.restorePosition(reader);
    bridge.restore(reader, with(others));
  }

  private List<UplinkSwitchPort> with(List<UplinkSwitchPort> others) {
    List<UplinkSwitchPort> all = new ArrayList<>(others);
    all.addFirst(own);
    return all;
  }

  /** The link and its port of the switch. */
  PortPair pair() {
    return pair;
  }

  String name() {
    return link.name();
  }

  /** The ports that have joined, without those that have left. */
  List<ServedPort> ports() {
    return ports;
  }

  /** A port of the switch, to be connected to a guest's. */
  UplinkSwitchPort port(String guest, ServedPort port) {
    return bridge.port(guest, port.queuePairs(), port.switchPort());
  }

  boolean isDead() {
    return link.isDead();
  }

  String problem() {
    return link.problem();
  }

  UplinkReport report() {
    DirectionSum fromLink = new DirectionSum();
    DirectionSum toLink = new DirectionSum();
    for (FlowStatistics flow : pair.statistics()) {
      (flow.flow().startsWith(link.name() + " -> ") ? fromLink : toLink).add(flow);
    }
    return new UplinkReport(
        link.name(), ports.size(), problem(), fromLink.direction(), toLink.direction());
  }

  @Override
  public void close() {
    try {
      forwarder.disconnect(pair);
    } finally {
      link.close();
    }
  }
}
