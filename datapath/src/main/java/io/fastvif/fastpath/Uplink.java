package io.fastvif.fastpath;

import io.fastvif.forward.FlowStatistics;
import io.fastvif.forward.Forwarder;
import io.fastvif.forward.PortPair;
import io.fastvif.forward.UplinkSwitch;
import io.fastvif.forward.UplinkSwitchPort;
import io.fastvif.forward.XdpPort;
import io.fastvif.plan.ServedPort;
import io.fastvif.xdp.XdpOptions;
import java.util.ArrayList;
import java.util.List;

/** A link of the host that is open by AF_XDP, and the switch between it and its ports. */
final class Uplink implements AutoCloseable {
  private final Forwarder forwarder;
  private final XdpPort link;
  private final UplinkSwitch bridge;
  private final PortPair pair;
  private final List<ServedPort> ports = new ArrayList<>();

  private Uplink(Forwarder forwarder, XdpPort link) {
    this.forwarder = forwarder;
    this.link = link;
    bridge = new UplinkSwitch(link.name());
    pair = forwarder.connect(link, bridge.uplink(link.queues()));
  }

  static Uplink open(String link, Forwarder forwarder) {
    XdpPort opened = XdpPort.open(link, XdpOptions.DEFAULT);
    try {
      return new Uplink(forwarder, opened);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
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
