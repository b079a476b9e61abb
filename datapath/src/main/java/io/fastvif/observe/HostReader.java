package io.fastvif.observe;

import static io.fastvif.bindings.linux.linux_h.AF_UNSPEC;
import static io.fastvif.bindings.linux.linux_h.RT_TABLE_MAIN;

import io.fastvif.bindings.Errno;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netlink.DumpHandler;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.RouteRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.observe.reader.HostDevices;
import io.fastvif.observe.reader.HostStates;
import io.fastvif.observe.reader.LinkEntryReader;
import io.fastvif.observe.reader.LinkUse;
import io.fastvif.observe.reader.VfReader;
import io.fastvif.pci.PciDevices;
import io.fastvif.plan.AddressState;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.MovedLinks;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.VfSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what planning needs to know of a network namespace, all of it or of one link. The data of
 * virtual functions, for which a driver may ask its firmware, and statistics are left out. Needs no
 * privilege.
 */
public final class HostReader {
  private static final int DUMPS = 3;

  private final RouteSocket socket;
  private final HostStates states = new HostStates();

  HostReader(RouteSocket socket) {
    this.socket = socket;
  }

  /** Reads the links, addresses and routes of the socket's namespace. */
  public static HostSnapshot read(RouteSocket socket) {
    HostReader reader = new HostReader(socket);
    SnapshotBuilder host = new SnapshotBuilder();
    List<LinkState> links = new ArrayList<>();
    socket.dump(
        socket.link().dump(false),
        new DumpHandler() {
          @Override
          public void onBegin() {
            links.clear();
          }

          @Override
          public void onMessage(MessageDecoder message) {
            links.add(reader.link(message));
          }
        });
    links.forEach(host::link);
    Rows<AddressState> addresses = new Rows<>(reader::address);
    socket.dump(socket.address().dump(AF_UNSPEC), addresses);
    addresses.byIndex.forEach(host::addresses);
    Rows<RouteState> routes = new Rows<>(reader::route);
    ifThere(() -> socket.dump(socket.route().dump(AF_UNSPEC).table(RT_TABLE_MAIN), routes));
    routes.byIndex.forEach(host::routes);
    return host.build();
  }

  /**
   * Reads the settings of the virtual functions of a link, by number. Equivalent to {@code ip link
   * show dev NAME}.
   *
   * @param index the physical function's link
   * @throws io.fastvif.netlink.NetlinkException ENODEV if there is no such link
   */
  public static List<VfSettings> readVfs(RouteSocket socket, int index) {
    return VfReader.read(socket, index);
  }

  /**
   * Reads what hangs on a link: addresses, routes of all tables, next hops, rules, neighbours.
   *
   * @param index the link; nothing hangs on one that is gone
   */
  public static LinkEntries readEntries(RouteSocket socket, int index) {
    return LinkEntryReader.read(socket, index);
  }

  /**
   * The links of other namespaces that lie on one.
   *
   * @param namespace of the link
   * @param index the link
   */
  public static MovedLinks readMovedLinks(Netns namespace, int index) {
    return LinkUse.findMoved(namespace, index);
  }

  /**
   * The PCI devices of this host, each looked at when it is first asked for, with the leases of the
   * usual folder.
   *
   * @param socket in the namespace of this thread, where the physical functions' links are; used as
   *     long as the devices are
   * @param host whose SR-IOV functions they are
   */
  public static DeviceSnapshot devices(RouteSocket socket, HostSnapshot host) {
    try (Netns here = Netns.current()) {
      return devices(socket, host, new DeviceLeases(DeviceLeases.FOLDER), here.identity());
    }
  }

  /**
   * The same with leases of another folder.
   *
   * @param namespace the socket's, by its {@link Netns#identity}
   */
  public static DeviceSnapshot devices(
      RouteSocket socket, HostSnapshot host, DeviceLeases leases, String namespace) {
    return new HostDevices(
        new PciDevices(PciDevices.SYSFS),
        leases,
        namespace,
        host,
        index -> VfReader.read(socket, index));
  }

  /**
   * Adds all links, for a caller that follows their events: those that go away meanwhile may be
   * among them. A kernel that keeps its links in hash chains may leave out one when another goes,
   * so an interrupted reading is repeated; it is not given up, however busy the host.
   */
  void links(SnapshotBuilder host) {
    boolean whole = false;
    for (int i = 0; i < DUMPS && !whole; i++) {
      whole = socket.dumpOnce(socket.link().dump(false), message -> host.link(link(message)));
    }
  }

  /** Reads a link anew; one that is gone is left as it is. */
  void link(SnapshotBuilder host, int index) {
    ifThere(() -> socket.query(socket.link().get(index), message -> host.link(link(message))));
  }

  /** Reads the addresses of all links anew; false if they kept changing. */
  boolean addresses(SnapshotBuilder host) {
    Rows<AddressState> rows = new Rows<>(this::address);
    boolean whole = false;
    for (int i = 0; i < DUMPS && !whole; i++) {
      whole = socket.dumpOnce(socket.address().dump(AF_UNSPEC), rows);
    }
    host.clearAddresses();
    rows.byIndex.forEach(host::addresses);
    return whole;
  }

  /** Reads the addresses of a link anew. */
  void addresses(SnapshotBuilder host, int index) {
    Rows<AddressState> rows = new Rows<>(this::address);
    ifThere(() -> socket.dump(socket.address().dump(AF_UNSPEC).ofLink(index), rows));
    host.addresses(index, rows.of(index));
  }

  /** Reads the routes by all links anew; false if they kept changing. */
  boolean routes(SnapshotBuilder host) {
    Rows<RouteState> rows = new Rows<>(this::route);
    boolean[] whole = {false};
    for (int i = 0; i < DUMPS && !whole[0]; i++) {
      // Without a table there are none, for sure.
      whole[0] = true;
      ifThere(
          () ->
              whole[0] =
                  socket.dumpOnce(socket.route().dump(AF_UNSPEC).table(RT_TABLE_MAIN), rows));
    }
    host.clearRoutes();
    rows.byIndex.forEach(host::routes);
    return whole[0];
  }

  /** Reads the routes by a link anew. */
  void routes(SnapshotBuilder host, int index) {
    Rows<RouteState> rows = new Rows<>(this::route);
    ifThere(
        () -> {
          RouteRequest all = socket.route().dump(AF_UNSPEC).table(RT_TABLE_MAIN);
          socket.dump(all.outputInterface(index), rows);
        });
    host.routes(index, rows.of(index));
  }

  /** A link may be gone; the main table is made with its first route. */
  private static void ifThere(Runnable reading) {
    try {
      reading.run();
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV && refused.errno() != Errno.ENOENT) {
        throw refused;
      }
    }
  }

  private LinkState link(MessageDecoder message) {
    states.link(message);
    return states.linkState();
  }

  private void address(MessageDecoder message, Map<Integer, List<AddressState>> byIndex) {
    int index = states.address(message).index();
    byIndex.computeIfAbsent(index, key -> new ArrayList<>(1)).add(states.addressState());
  }

  private void route(MessageDecoder message, Map<Integer, List<RouteState>> byIndex) {
    int index = states.route(message).outputInterface();
    if (states.isKept()) {
      byIndex.computeIfAbsent(index, key -> new ArrayList<>(1)).add(states.routeState());
    }
  }

  /** Collects a dump's rows, from the beginning again when the kernel had to begin again. */
  private static final class Rows<T> implements DumpHandler {
    private final RowReader<T> reader;
    private final Map<Integer, List<T>> byIndex = new HashMap<>();

    Rows(RowReader<T> reader) {
      this.reader = reader;
    }

    @Override
    public void onBegin() {
      byIndex.clear();
    }

    @Override
    public void onMessage(MessageDecoder message) {
      reader.read(message, byIndex);
    }

    /** Of a link; a kernel that does not filter gave those of all. */
    List<T> of(int index) {
      return byIndex.getOrDefault(index, List.of());
    }
  }

  /** Adds a row to those of its link. */
  private interface RowReader<T> {
    void read(MessageDecoder message, Map<Integer, List<T>> byIndex);
  }
}
