package io.fastvif.cni;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_INET6;
import static io.fastvif.bindings.linux.linux_h.AF_UNSPEC;
import static io.fastvif.bindings.linux.linux_h.IFA_F_NODAD;
import static io.fastvif.bindings.linux.linux_h.IFA_F_NOPREFIXROUTE;
import static io.fastvif.bindings.linux.linux_h.RT_SCOPE_LINK;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.AddressMessage;
import io.fastvif.netlink.route.AddressRequest;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteMessage;
import io.fastvif.netlink.route.RouteRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.vif.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One link, and a socket in its namespace to read it and to set it up. */
final class LinkSocket implements AutoCloseable {
  private static final int IPV6_LENGTH = 16;

  /** With a longer prefix there is no address for it (RFC 3021). */
  private static final int MAX_BROADCAST_LENGTH = 30;

  private final RouteSocket socket;
  private final String name;
  private final int index;
  private final boolean isOwn;

  private LinkSocket(RouteSocket socket, String name, boolean isOwn) throws IOException {
    this.socket = socket;
    this.name = name;
    this.isOwn = isOwn;
    index = socket.indexOf(name);
    if (index == 0) {
      close();
      throw new IOException("there is no link " + name);
    }
  }

  /** Of this thread's namespace. */
  static LinkSocket open(String name) throws IOException {
    return new LinkSocket(RouteSocket.open(), name, true);
  }

  static LinkSocket open(Netns namespace, String name) throws IOException {
    return new LinkSocket(RouteSocket.open(namespace), name, true);
  }

  /**
   * One of the socket's namespace.
   *
   * @param socket stays the caller's, and open
   */
  static LinkSocket by(RouteSocket socket, String name) throws IOException {
    return new LinkSocket(socket, name, false);
  }

  int index() {
    return index;
  }

  RouteSocket socket() {
    return socket;
  }

  /** Reads the link. */
  void read(Consumer<LinkMessage> reader) {
    LinkMessage link = new LinkMessage();
    socket.query(socket.link().get(index), message -> reader.accept(link.wrap(message)));
  }

  /** Its MAC address. */
  MacAddress mac() {
    MacAddress[] mac = new MacAddress[1];
    read(link -> mac[0] = new MacAddress(link.address()));
    return mac[0];
  }

  /** Its addresses. */
  List<Cidr> addresses() {
    List<Cidr> addresses = new ArrayList<>();
    AddressMessage address = new AddressMessage();
    socket.dump(
        socket.address().dump(AF_UNSPEC),
        message -> {
          address.wrap(message);
          if (address.index() == index) {
            byte[] local = address.local() == null ? address.address() : address.local();
            addresses.add(new Cidr(Cidr.of(local), address.prefixLength()));
          }
        });
    return addresses;
  }

  /** The routes of all tables that leave by it; without a gateway it is null. */
  List<PodRoute> routes() {
    List<PodRoute> routes = new ArrayList<>();
    RouteMessage route = new RouteMessage();
    socket.dump(
        socket.route().dump(AF_UNSPEC),
        message -> {
          route.wrap(message);
          boolean isIp = route.family() == AF_INET || route.family() == AF_INET6;
          if (isIp && route.leadsTo(index)) {
            byte[] destination =
                route.destination() == null || route.destination().length == 0
                    ? new byte[route.family() == AF_INET ? Integer.BYTES : IPV6_LENGTH]
                    : route.destination();
            byte[] gateway = route.gateway();
            routes.add(
                new PodRoute(
                    new Cidr(Cidr.of(destination), route.destinationLength()),
                    gateway == null || gateway.length == 0 ? null : Cidr.of(gateway)));
          }
        });
    return routes;
  }

  /**
   * Adds an address, which can be used at once: nobody else has it.
   *
   * @param withRoute whether the network is reached by the link from now on
   * @return false if it was there
   */
  boolean addAddress(Cidr cidr, boolean withRoute) {
    int flags = (cidr.isIpv4() ? 0 : IFA_F_NODAD) | (withRoute ? 0 : IFA_F_NOPREFIXROUTE);
    AddressRequest address =
        socket.address().add(index, cidr.address().getAddress(), cidr.length()).flags(flags);
    if (cidr.isIpv4() && cidr.length() <= MAX_BROADCAST_LENGTH) {
      address.broadcast(cidr.last().getAddress());
    }
    return !isThere(() -> socket.execute(address));
  }

  void deleteAddress(Cidr cidr) {
    socket.execute(socket.address().delete(index, cidr.address().getAddress(), cidr.length()));
  }

  /** Adds a route; false if it was there. */
  boolean addRoute(PodRoute wanted, InetAddress gateway) {
    int family = wanted.destination().isIpv4() ? AF_INET : AF_INET6;
    byte[] network =
        wanted.isDefault() ? null : wanted.destination().network().address().getAddress();
    RouteRequest route =
        socket.route().add(family, network, wanted.destination().length()).outputInterface(index);
    if (gateway != null) {
      route.gateway(gateway.getAddress());
    } else if (family == AF_INET) {
      route.scope(RT_SCOPE_LINK);
    }
    if (wanted.scope() >= 0) {
      route.scope(wanted.scope());
    }
    if (wanted.priority() != 0) {
      route.priority(wanted.priority());
    }
    if (wanted.table() != 0) {
      route.table(wanted.table());
    }
    return !isThere(() -> socket.execute(route));
  }

  private static boolean isThere(Runnable request) {
    try {
      request.run();
      return false;
    } catch (NetlinkException refused) {
      if (refused.errno() == Errno.EEXIST) {
        return true;
      }
      throw refused;
    }
  }

  @Override
  public void close() {
    if (isOwn) {
      socket.close();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
