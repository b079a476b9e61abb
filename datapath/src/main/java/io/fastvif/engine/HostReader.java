package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.AF_INET;
import static io.fastvif.bindings.linux.linux_h.AF_UNSPEC;
import static io.fastvif.bindings.linux.linux_h.RTN_UNICAST;
import static io.fastvif.bindings.linux.linux_h.RT_TABLE_MAIN;

import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.route.AddressGenerationMode;
import io.fastvif.netlink.route.AddressMessage;
import io.fastvif.netlink.route.DumpHandler;
import io.fastvif.netlink.route.InetConf;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.AddressState;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.vif.MacAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads what planning needs to know of a network namespace, for those who plan without an engine.
 */
public final class HostReader {
  private HostReader() {}

  /** Reads the links, addresses and routes of the socket's namespace; needs no privilege. */
  public static HostSnapshot read(RouteSocket socket) {
    SnapshotBuilder snapshot = new SnapshotBuilder();
    LinkMessage link = new LinkMessage();
    Rows<LinkState> links = new Rows<>(message -> state(link.wrap(message)));
    socket.dump(socket.link().dump(false), links);
    links.each(snapshot::link);
    AddressMessage address = new AddressMessage();
    Rows<Owned<AddressState>> addresses = new Rows<>(message -> state(address.wrap(message)));
    socket.dump(socket.address().dump(AF_UNSPEC), addresses);
    addresses.each(owned -> snapshot.address(owned.index, owned.state));
    RouteMessage route = new RouteMessage();
    Rows<Owned<RouteState>> routes = new Rows<>(message -> state(route.wrap(message)));
    socket.dump(socket.route().dump(AF_INET), routes);
    routes.each(owned -> snapshot.route(owned.index, owned.state));
    return snapshot.build();
  }

  /** Something of a link's. */
  private record Owned<T>(int index, T state) {}

  /** Collects a dump's rows, from the beginning again when the kernel had to begin again. */
  private static final class Rows<T> implements DumpHandler {
    private final RowReader<T> reader;
    private final List<T> rows = new ArrayList<>();

    Rows(RowReader<T> reader) {
      this.reader = reader;
    }

    @Override
    public void onBegin() {
      rows.clear();
    }

    @Override
    public void onMessage(MessageDecoder message) {
      T row = reader.read(message);
      if (row != null) {
        rows.add(row);
      }
    }

    void each(Consumer<T> consumer) {
      rows.forEach(consumer);
    }
  }

  /** Reads a row; null for one that is left out. */
  private interface RowReader<T> {
    T read(MessageDecoder message);
  }

  private static LinkState state(LinkMessage link) {
    long address = link.address();
    AddressGenerationMode mode = link.addressGenerationMode();
    return new LinkState(
        link.index(),
        link.name(),
        link.alternativeNames(),
        nonNull(link.kind()),
        link.mtu(),
        address == 0 ? null : new MacAddress(address),
        link.master(),
        link.group(),
        link.isUp(),
        link.isPromiscuous(),
        nonNull(link.alias()),
        mode != null && mode != AddressGenerationMode.NONE,
        link.isIpv6Disabled(),
        link.inetConf(InetConf.ARP_IGNORE, 0),
        link.inetConf(InetConf.ARP_ANNOUNCE, 0));
  }

  private static Owned<AddressState> state(AddressMessage address) {
    byte[] local = address.local();
    AddressState state =
        new AddressState(
            internet(local == null ? address.address() : local),
            address.prefixLength(),
            internet(address.broadcast()),
            address.scope(),
            address.flags(),
            nonNull(address.label()));
    return new Owned<>(address.index(), state);
  }

  private static Owned<RouteState> state(RouteMessage route) {
    if (route.table() != RT_TABLE_MAIN || route.type() != RTN_UNICAST || route.isMultipath()) {
      return null;
    }
    byte[] destination = route.destination();
    RouteState state =
        new RouteState(
            internet(destination == null ? new byte[4] : destination),
            route.destinationLength(),
            internet(route.gateway()),
            internet(route.preferredSource()),
            route.priority(),
            route.protocol(),
            route.scope());
    return new Owned<>(route.outputInterface(), state);
  }

  private static InetAddress internet(byte[] address) {
    try {
      return address == null ? null : InetAddress.getByAddress(address);
    } catch (UnknownHostException wrongLength) {
      throw new IllegalArgumentException("an address of " + address.length + " bytes", wrongLength);
    }
  }

  private static String nonNull(String text) {
    return text == null ? "" : text;
  }
}
