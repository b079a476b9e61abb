package io.fastvif.cni;

import io.fastvif.bindings.FastvifException;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.BridgeVlan;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.PluginStep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives the host a link in a VLAN of a bridge, with the addresses by which the VLAN's pods leave
 * their subnets. The link is one end of a veth pair, as the reference plugin makes it; the other is
 * a port of the bridge in that VLAN. Equivalent to {@code ip link add NAME type veth peer name
 * PORT}, {@code ip link set PORT master BRIDGE up}, {@code bridge vlan add dev PORT vid ID pvid
 * untagged}, {@code ip link set NAME up} and {@code ip address add GATEWAY dev NAME}. Like the
 * bridge it stays when its pods are gone.
 */
final class EnsureVlanGateway implements PluginStep {
  private final PodRecords turns;
  private final String bridge;
  private final BridgeVlans vlans;
  private final String vifId;
  private final String name;
  private final String port;
  private final String podPort;
  private final EnsureGateway addresses;
  private boolean isMade;

  /** Those of its two ends that were there, and down. */
  private final List<Integer> raised = new ArrayList<>();

  /**
   * @param turns one process makes it at a time, and the others find it; or it is taken back before
   *     another looks for it
   * @param vlans those of the pods' ports
   * @param vifId whose plan it is
   * @param port a name for the end that is on the bridge
   * @param podPort the host's end of the pod's link, which is set up already
   * @param gateways with the lengths of their subnets
   * @param force whether another address that is in the way is taken off
   */
  EnsureVlanGateway(
      PodRecords turns,
      String bridge,
      BridgeVlans vlans,
      String vifId,
      String port,
      String podPort,
      List<Cidr> gateways,
      boolean force) {
    this.turns = turns;
    this.bridge = bridge;
    this.vlans = vlans;
    this.vifId = vifId;
    this.port = port;
    this.podPort = podPort;
    name = vlans.gatewayLink(bridge);
    addresses = new EnsureGateway(name, gateways, force);
  }

  @Override
  public boolean perform() throws IOException {
    return turns.alone(
        () -> {
          try (RouteSocket socket = RouteSocket.open()) {
            return ensure(socket);
          }
        });
  }

  private boolean ensure(RouteSocket socket) throws IOException {
    isMade = !isThere(socket);
    raised.clear();
    boolean isChanged = isMade || join(socket);
    if (isMade) {
      make(socket);
    }
    try {
      raise(socket, port);
      raise(socket, name);
      return addresses.perform() || isChanged || !raised.isEmpty();
    } catch (IOException | FastvifException failed) {
      if (isMade) {
        socket.execute(socket.link().delete(name));
      } else {
        lower(socket);
      }
      throw failed;
    }
  }

  /** As the bridge itself is brought up, whoever has set it down. */
  private void raise(RouteSocket socket, String end) {
    int index = socket.indexOf(end);
    boolean[] isDown = new boolean[1];
    LinkMessage link = new LinkMessage();
    if (index != 0) {
      socket.query(socket.link().get(index), message -> isDown[0] = !link.wrap(message).isUp());
    }
    if (isDown[0]) {
      socket.execute(socket.link().set(index).up());
      raised.add(index);
    }
  }

  private void lower(RouteSocket socket) {
    raised.forEach(index -> socket.execute(socket.link().set(index).down()));
  }

  /** One that somebody was killed with is not there. */
  private boolean isThere(RouteSocket socket) {
    int index = socket.indexOf(name);
    if (index == 0) {
      return false;
    }
    boolean[] isHalfMade = new boolean[1];
    LinkMessage link = new LinkMessage();
    socket.query(
        socket.link().get(index),
        message -> isHalfMade[0] = LinkGroups.isMaking(link.wrap(message).group()));
    if (isHalfMade[0]) {
      socket.execute(socket.link().delete(index));
    }
    return !isHalfMade[0];
  }

  private void make(RouteSocket socket) throws IOException {
    int group = LinkGroups.making(vifId);
    int[] mtu = new int[1];
    int master;
    try (LinkSocket link = LinkSocket.open(bridge)) {
      master = link.index();
      link.read(message -> mtu[0] = message.mtu());
    }
    Veth pair =
        new Veth()
            .peerName(port)
            .peerGroup(group)
            .peerQueues(1, 1)
            .peerMtu(mtu[0])
            .peerAddress(AttachmentPlan.randomMac().value());
    socket.execute(
        socket
            .link()
            .create(name)
            .group(group)
            .queues(1, 1)
            .mtu(mtu[0])
            .address(AttachmentPlan.randomMac().value())
            .kind(pair));
    try {
      join(socket, socket.indexOf(port), master);
      socket.execute(socket.link().set(socket.indexOf(name)).up().group(LinkGroups.DEFAULT));
    } catch (FastvifException failed) {
      socket.execute(socket.link().delete(name));
      throw failed;
    }
  }

  /**
   * Makes the other end a port of the bridge again, which may have been deleted and made anew.
   *
   * @return false if it is one, or the link is not one of ours
   */
  private boolean join(RouteSocket socket) {
    int index = socket.indexOf(port);
    int master = socket.indexOf(bridge);
    int[] found = {master};
    LinkMessage link = new LinkMessage();
    if (index != 0) {
      socket.query(socket.link().get(index), message -> found[0] = link.wrap(message).master());
    }
    if (found[0] == master) {
      return false;
    }
    join(socket, index, master);
    return true;
  }

  private void join(RouteSocket socket, int index, int master) {
    socket.execute(
        socket.link().set(index).master(master).addressGenerationMode(AddressGenerationMode.NONE));
    vlans.ofGateway().giveTo(socket, index);
    socket.execute(socket.link().set(index).up().group(LinkGroups.DEFAULT));
  }

  /** Not where another port is in the VLAN, whose pod may rely on it by now. */
  @Override
  public boolean undo() throws IOException {
    return turns.alone(
        () -> {
          try (RouteSocket socket = RouteSocket.open()) {
            if (isUsed(socket)) {
              return false;
            }
            boolean isTakenBack = addresses.undo();
            if (isMade) {
              socket.execute(socket.link().delete(name));
            } else {
              lower(socket);
            }
            return isTakenBack || isMade || !raised.isEmpty();
          }
        });
  }

  private boolean isUsed(RouteSocket socket) {
    int master = socket.indexOf(bridge);
    List<Integer> own = List.of(socket.indexOf(port), socket.indexOf(podPort));
    BridgeVlan wanted = BridgeVlan.untagged(vlans.vlan());
    boolean[] isUsed = new boolean[1];
    LinkMessage link = new LinkMessage();
    socket.dump(
        socket.bridgeVlan().dump(),
        message -> {
          link.wrap(message);
          isUsed[0] |=
              link.master() == master
                  && !own.contains(link.index())
                  && link.bridgeVlans().contains(wanted);
        });
    return isUsed[0];
  }

  @Override
  public String toString() {
    return "give " + bridge + " the link " + name + " in its VLAN: " + addresses;
  }
}
