package io.fastvif.switchdev;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.netlink.generic.devlink.DevlinkListener;
import io.fastvif.netlink.generic.devlink.DevlinkMonitor;
import io.fastvif.netlink.generic.devlink.DevlinkPort;
import io.fastvif.netlink.generic.devlink.Eswitch;
import io.fastvif.netlink.route.LinkListener;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.LinkMonitor;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.pci.PciDevices;
import io.fastvif.plan.EswitchMode;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.vif.PciAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps a {@link RepresentorIndex} current from the kernel's events, in the namespace of the thread
 * that opens it. What was there before a call is in its answer. Any thread may use it; needs no
 * privilege.
 *
 * <p>A link has no event for the id of its switch, which the uplink gets with switchdev mode. So
 * the links of a card are read again when one of its ports comes or goes. Which device a link
 * belongs to is told by Linux 5.14 and later.
 */
public final class SwitchdevMonitor implements AutoCloseable {
  private static final int MAX_POLLS = 10_000;

  private final PciDevices pci = new PciDevices(PciDevices.SYSFS);
  private final LinkMonitor links;
  private final RouteSocket queries;
  private final Ports ports = new Ports();
  private final Links found = new Links();
  private Optional<DevlinkMonitor> devlink;
  private RepresentorIndex index;

  private SwitchdevMonitor() {
    queries = RouteSocket.open();
    try {
      links = LinkMonitor.open(found);
      try {
        devlink = DevlinkMonitor.open(ports);
      } catch (RuntimeException | Error e) {
        links.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      queries.close();
      throw e;
    }
  }

  /**
   * Subscribes to the events of links and of devlink.
   *
   * @throws io.fastvif.bindings.SystemCallException if the kernel refuses a socket
   */
  public static SwitchdevMonitor open() {
    return new SwitchdevMonitor();
  }

  /** The current index; the same object as before if nothing has changed. */
  public synchronized RepresentorIndex index() {
    if (devlink.isEmpty()) {
      devlink = DevlinkMonitor.open(ports); // it comes with the first driver that uses it
    }
    devlink.ifPresent(DevlinkMonitor::poll);
    boolean more = true;
    for (int i = 0; i < MAX_POLLS && more; i++) {
      more = links.poll(0);
    }
    readLinksOfChangedDevices();
    if (index == null) {
      index = RepresentorIndex.of(ports.all(), found.byIndex.values(), pci.sriov());
    }
    return index;
  }

  /** The current state, for planning; each function is read when it is first asked for. */
  public SriovSnapshot snapshot() {
    return new HostFunctions(index(), pci, this::eswitchMode);
  }

  /** How the switch of a physical function switches. */
  public synchronized EswitchMode eswitchMode(PciAddress pf) {
    Optional<Eswitch.Mode> mode = eswitch(RepresentorIndex.handle(pf)).map(Eswitch::mode);
    if (mode.isEmpty()) {
      return EswitchMode.NONE;
    }
    return mode.get() == Eswitch.Mode.SWITCHDEV ? EswitchMode.SWITCHDEV : EswitchMode.LEGACY;
  }

  /** A card's switch; empty if devlink knows of none. */
  public synchronized Optional<Eswitch> eswitch(DevlinkHandle device) {
    return devlink.flatMap(monitor -> monitor.socket().eswitch(device));
  }

  /** The devices that devlink knows. */
  public synchronized List<DevlinkHandle> devices() {
    return devlink.map(monitor -> monitor.socket().devices()).orElse(List.of());
  }

  /** How many virtual functions a device has; negative if it is not on PCI. */
  int vfCount(DevlinkHandle device) {
    return device.isPci()
        ? pci.sriov().virtualFunctions(PciAddress.parse(device.device())).size()
        : -1;
  }

  /** The PCI address of the virtual function that a link stands for, if it does. */
  public Optional<PciAddress> functionOf(Representor representor) {
    if (representor.kind() != PortKind.VF
        || representor.external()
        || representor.device() == null
        || !representor.device().isPci()) {
      return Optional.empty();
    }
    PciAddress device = PciAddress.parse(representor.device().device());
    PciAddress pf =
        new PciAddress(
            device.domain(),
            device.bus(),
            device.device(),
            representor.pf().orElse(device.function()) & 7);
    return Optional.ofNullable(pci.sriov().virtualFunctions(pf).get(representor.number()));
  }

  /** Waits until something becomes of a link, or the time is up. */
  synchronized void awaitLinks(int timeoutMillis) {
    links.poll(timeoutMillis);
  }

  /** How often everything was read: of links, and of devlink. */
  public synchronized long readings() {
    return links.resyncs() + devlink.map(DevlinkMonitor::resyncs).orElse(0L);
  }

  private void readLinksOfChangedDevices() {
    if (ports.changed.isEmpty()) {
      return;
    }
    List<Integer> toRead = new ArrayList<>();
    for (SwitchLink link : found.byIndex.values()) {
      if (link.parent() != null && ports.changed.contains(link.parent())) {
        toRead.add(link.id().index());
      }
    }
    for (int one : toRead) {
      try {
        queries.query(queries.link().get(one), message -> found.read(message));
      } catch (NetlinkException gone) {
        if (gone.errno() != Errno.ENODEV) {
          throw gone;
        }
      }
    }
    ports.changed.clear();
  }

  /** Ends the subscriptions. What was handed out stays, but knows no eswitch modes any more. */
  @Override
  public synchronized void close() {
    links.close();
    queries.close();
    devlink.ifPresent(DevlinkMonitor::close);
    devlink = Optional.empty();
  }

  /** The ports that devlink tells of. */
  private final class Ports implements DevlinkListener {
    private final Map<DevlinkHandle, Map<Integer, DevlinkPort>> byDevice = new HashMap<>();
    private final Set<DevlinkHandle> changed = new HashSet<>();

    List<DevlinkPort> all() {
      List<DevlinkPort> all = new ArrayList<>();
      byDevice.values().forEach(ports -> all.addAll(ports.values()));
      return all;
    }

    @Override
    public void onResync() {
      index = null;
      changed.addAll(byDevice.keySet());
      byDevice.clear();
    }

    @Override
    public void onPort(DevlinkPort port) {
      index = null;
      changed.add(port.device());
      byDevice.computeIfAbsent(port.device(), device -> new HashMap<>()).put(port.index(), port);
    }

    @Override
    public void onPortRemoved(DevlinkPort port) {
      index = null;
      changed.add(port.device());
      byDevice.getOrDefault(port.device(), new HashMap<>()).remove(port.index());
    }

    @Override
    public void onDeviceRemoved(DevlinkHandle device) {
      index = null;
      byDevice.remove(device);
    }
  }

  /** The links of hardware. */
  private final class Links implements LinkListener {
    private final Map<Integer, SwitchLink> byIndex = new HashMap<>();
    private final LinkMessage message = new LinkMessage();

    @Override
    public void onResyncBegin() {
      byIndex.clear();
      index = null;
    }

    @Override
    public void onResyncEnd() {
      ports.changed.clear(); // they were told before, so what was read is after their change
    }

    void read(MessageDecoder decoder) {
      onLink(message.wrap(decoder));
    }

    @Override
    public void onLink(LinkMessage link) {
      SwitchLink now = SwitchLink.read(link);
      SwitchLink before =
          now == null ? byIndex.remove(link.index()) : byIndex.put(link.index(), now);
      if (now == null ? before != null : !now.equals(before)) {
        index = null;
      }
    }

    @Override
    public void onLinkRemoved(LinkMessage link) {
      if (byIndex.remove(link.index()) != null) {
        index = null;
      }
    }
  }
}
