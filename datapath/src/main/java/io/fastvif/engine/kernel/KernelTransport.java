package io.fastvif.engine.kernel;

import static io.fastvif.bindings.linux.linux_h.IFF_UP;
import static io.fastvif.bindings.linux.linux_h.SIOCGIFFLAGS;
import static io.fastvif.bindings.linux.linux_h.SIOCGIFINDEX;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.InterfaceRequest;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.filter.FilterEvents;
import io.fastvif.engine.filter.FilterReader;
import io.fastvif.engine.filter.KnownTables;
import io.fastvif.engine.local.DeviceWork;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftSocket;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.observe.HostReader;
import io.fastvif.observe.reader.HostDevices;
import io.fastvif.observe.reader.LinkEntryReader;
import io.fastvif.observe.reader.LinkRoutes;
import io.fastvif.observe.reader.LinkUse;
import io.fastvif.observe.reader.VfReader;
import io.fastvif.pci.PciDevices;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.HostChanges;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.MovedLinks;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.VfSettings;
import io.fastvif.switchdev.NamespaceFunctions;
import io.fastvif.trace.Log;
import io.fastvif.trace.Protocol;
import io.fastvif.trace.TracedCall;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.agrona.collections.IntArrayList;

/**
 * The kernel of one network namespace. Three sockets: one for the engine's batches, one for what
 * its thread asks beside them, which therefore waits for nobody, and one for what other threads
 * ask.
 */
public final class KernelTransport implements Transport {
  private static final ValueLayout.OfInt INDEX =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());

  private static final ValueLayout.OfShort FLAGS =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.nativeOrder());

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment interfaceRequest =
      arena.allocate(InterfaceRequest.SIZE, InterfaceRequest.ALIGNMENT);
  private final SettingFiles settings;
  private final Thread owner = Thread.currentThread();
  private final Object queriesLock = new Object();
  private final PciDevices pci;
  private final KernelExchange exchange;
  private final RouteSocket own;
  private final Netns namespace;
  private final String identity;
  private final NamespaceFunctions functions;
  private final KnownTables known = new KnownTables();
  private final FilterReader filters;
  private final boolean ipv6 = Files.exists(Path.of("/proc/sys/net/ipv6"));

  private final KernelBridges bridges;
  private final DeviceLeases leases;
  private final DeviceWork work;

  /** Of the socket that this engine's own batches for the packet filter go by; 0 for none. */
  private volatile int filterPort;

  private RouteSocket queries;
  private boolean closed;

  private KernelTransport(Path leaseFolder, Path sysfs, boolean isOneOfMany) {
    leases = new DeviceLeases(leaseFolder);
    pci = new PciDevices(sysfs);
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      exchange = opened(opened, new KernelExchange());
      own = opened(opened, RouteSocket.open());
      settings = opened(opened, new SettingFiles());
      namespace = opened(opened, Netns.current());
      identity = namespace.identity();
      functions = new NamespaceFunctions(namespace);
      filters = new FilterReader(namespace, known);
      if (!isOneOfMany) {
        queries = opened(opened, RouteSocket.open());
        filters.open();
      }
    } catch (RuntimeException | Error refused) {
      closeAll(opened, refused);
      throw refused;
    }
    bridges = new KernelBridges(own, exchange.descriptor());
    work = new DeviceWork(pci, leases, functions, this::snapshot, this::devices);
  }

  private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> all, T one) {
    all.push(one);
    return one;
  }

  /** Closes them in their order, whatever each of them says to it. */
  private static void closeAll(Iterable<AutoCloseable> parts, Throwable reason) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception | Error also) {
        reason.addSuppressed(also);
      }
    }
  }

  /**
   * Opens it in the namespace of the thread that opens it.
   *
   * @param leaseFolder where the leases of devices are
   */
  public static Factory factory(Path leaseFolder) {
    return factory(leaseFolder, PciDevices.SYSFS);
  }

  /**
   * As {@link #factory(Path)}.
   *
   * @param sysfs where PCI devices and their drivers are
   */
  public static Factory factory(Path leaseFolder, Path sysfs) {
    return () -> new KernelTransport(leaseFolder, sysfs, false);
  }

  /** As {@link #factory(Path)}, but sockets that need not be used are opened when they are. */
  public static Factory ofMany(Path leaseFolder) {
    return () -> new KernelTransport(leaseFolder, PciDevices.SYSFS, true);
  }

  @Override
  public MessageEncoder encoder() {
    return exchange.encoder();
  }

  @Override
  public int messageLimit() {
    return exchange.messageLimit();
  }

  @Override
  public void exchange(AckHandler handler) {
    exchange.exchange(handler);
  }

  @Override
  public MessageExchange openExchange() {
    return new KernelExchange();
  }

  @Override
  public Departures openDepartures(Departures.Listener listener) {
    return new KernelDepartures(listener);
  }

  @Override
  public BridgeQuestions bridgeQuestions() {
    return bridges;
  }

  @Override
  public IntArrayList bridges(Predicate<String> alias) {
    IntArrayList found = new IntArrayList();
    try {
      links(
          own.link().dump(false).kindFilter("bridge"),
          link -> {
            if (link.alias() != null && alias.test(link.alias())) {
              found.addInt(link.index());
            }
          });
    } catch (DumpInterruptedException changing) {
      return found; // those that were missed are found by the next engine
    }
    return found;
  }

  @Override
  public boolean renamesAtOnce() {
    return KernelRelease.isAtLeast(System.getProperty("os.version"), 6, 9);
  }

  @Override
  public boolean hasIpv6() {
    return ipv6;
  }

  @Override
  public int createTap(LocalStep.CreateTap step, String vifId) {
    TapOptions options =
        new TapOptions(
            step.multiQueue(), step.vnetHeader(), step.owner().orElse(-1), step.group().orElse(-1));
    // Until it bears the alias it goes with this process, whatever ends that.
    try (Tap tap = Tap.create(step.name(), options)) {
      int index = linkIndex(step.name());
      if (index < 0) {
        return index; // deleted meanwhile
      }
      int group = LinkGroups.making(vifId);
      own.execute(own.link().set(index).alias(Aliases.of(vifId)).group(group));
      tap.persist();
      return 0;
    } catch (SystemCallException refused) {
      return -refused.errno();
    } catch (NetlinkException refused) {
      return -refused.errno();
    }
  }

  @Override
  public int disableIpv6(String name, boolean disabled) {
    return settings.disableIpv6(name, disabled);
  }

  @Override
  public int setSysctl(LocalStep.SetSysctl sysctl) {
    return settings.set(sysctl);
  }

  @Override
  public boolean perform(DeviceStep step) throws IOException {
    return work.perform(step);
  }

  @Override
  public int linkIndex(String name) {
    int result = ask(SIOCGIFINDEX, "SIOCGIFINDEX", name);
    if (result < 0 && result != -Errno.ENODEV) {
      throw new SystemCallException("ioctl", -result, "SIOCGIFINDEX", name);
    }
    return result < 0 ? result : interfaceRequest.get(INDEX, InterfaceRequest.INDEX_OFFSET);
  }

  @Override
  public boolean isUp(String name) {
    int result = ask(SIOCGIFFLAGS, "SIOCGIFFLAGS", name);
    return result < 0 || (interfaceRequest.get(FLAGS, InterfaceRequest.FLAGS_OFFSET) & IFF_UP) != 0;
  }

  /** By an ioctl, which takes no lock; the answer is in {@link #interfaceRequest}. */
  private int ask(int ioctl, String called, String name) {
    interfaceRequest.fill((byte) 0);
    if (SettingFiles.putName(name, interfaceRequest, 0) < 0) {
      return -Errno.ENODEV;
    }
    TracedCall call = TracedCall.begin(Protocol.IOCTL);
    int result = FileIo.ioctl(exchange.descriptor(), ioctl, interfaceRequest);
    if (call != null) {
      int answer = interfaceRequest.get(INDEX, InterfaceRequest.INDEX_OFFSET);
      call.ended(called + " " + name, result < 0 ? result : answer);
    }
    return result;
  }

  @Override
  public String alias(int index) {
    String alias = ask(index, LinkMessage::alias, "");
    return alias == null ? "" : alias;
  }

  @Override
  public Ownership ownership(int index, String vifId) {
    return ask(index, link -> ownership(link, vifId), Ownership.GONE);
  }

  private static Ownership ownership(LinkMessage link, String vifId) {
    String alias = link.alias();
    if (alias != null && !alias.isEmpty()) {
      return alias.equals(Aliases.of(vifId)) ? Ownership.OWN : Ownership.FOREIGN;
    }
    if (LinkGroups.isPassing(link.group())) {
      return link.group() == LinkGroups.making(vifId) ? Ownership.OWN : Ownership.UNFINISHED;
    }
    return link.isPassingTap() ? Ownership.PASSING : Ownership.FOREIGN;
  }

  @Override
  public String kind(int index) {
    String kind = ask(index, LinkMessage::kind, "");
    return kind == null ? "" : kind;
  }

  /** What other threads than the engine's ask with, one at a time: under the lock. */
  private RouteSocket queries() {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    if (queries == null) {
      queries = RouteSocket.open(namespace);
    }
    return queries;
  }

  /** From any thread; the engine's own waits for no other. */
  private <T> T ask(int index, Function<LinkMessage, T> question, T ofNone) {
    if (Thread.currentThread() == owner) {
      return ask(own, index, question, ofNone);
    }
    synchronized (queriesLock) {
      return ask(queries(), index, question, ofNone);
    }
  }

  private static <T> T ask(
      RouteSocket socket, int index, Function<LinkMessage, T> question, T ofNone) {
    LinkMessage link = new LinkMessage();
    List<T> answer = new ArrayList<>(1);
    try {
      socket.query(
          socket.link().get(index), message -> answer.add(question.apply(link.wrap(message))));
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV) {
        throw refused;
      }
      return ofNone;
    }
    return answer.isEmpty() ? ofNone : answer.getLast();
  }

  @Override
  public boolean hasRoute(int link, RouteState route) {
    return LinkRoutes.has(own, link, route);
  }

  @Override
  public String linkOn(int link, Set<Integer> ignored) {
    LinkUse.User user = LinkUse.findLinks(own, link, ignored);
    return user == null ? null : user.words();
  }

  @Override
  public String linkHereOn(int link, Set<Integer> ignored) {
    LinkUse.User user = LinkUse.findLinksHere(own, link, ignored);
    return user == null ? null : user.words();
  }

  @Override
  public String userOf(int link) {
    LinkUse.User user = LinkUse.findButMaster(own, link);
    return user == null ? null : user.words();
  }

  @Override
  public String portOf(int bridge) {
    String[] port = {null};
    try {
      links(
          own.link().dump(false).master(bridge),
          link -> {
            if (link.master() == bridge) { // kernels before 4.6 tell of all links
              port[0] = link.name();
            }
          });
    } catch (DumpInterruptedException changing) {
      return "one that comes or goes";
    }
    return port[0];
  }

  @Override
  public boolean isGroupUsed(int first, int count) {
    boolean[] found = {false};
    try {
      links(
          own.link().dump(false),
          link -> found[0] |= link.group() >= first && link.group() < first + count);
    } catch (DumpInterruptedException changing) {
      return found[0]; // no dump is exact then, and all of them were looked through
    }
    return found[0];
  }

  private void links(LinkRequest request, Consumer<LinkMessage> consumer) {
    LinkMessage link = new LinkMessage();
    own.dump(request, message -> consumer.accept(link.wrap(message)));
  }

  @Override
  public DeviceSnapshot devices(HostSnapshot host) {
    return new HostDevices(pci, leases, identity, host, this::vfs);
  }

  private List<VfSettings> vfs(int link) {
    synchronized (queriesLock) {
      return VfReader.read(queries(), link);
    }
  }

  @Override
  public HostSnapshot snapshot() {
    synchronized (queriesLock) {
      return HostReader.read(queries());
    }
  }

  @Override
  public NftExchange openFilters(int family) {
    NftSocket opened = NftSocket.open(family);
    filterPort = opened.port();
    return opened;
  }

  @Override
  public KnownTables knownFilters() {
    return known;
  }

  @Override
  public FilterEvents watchFilters(HostChanges changes) {
    try {
      return new FilterEvents(namespace, () -> filterPort, known, changes);
    } catch (SystemCallException refused) {
      Log.info(KernelTransport.class, "changes of rules are not heard of: " + refused.getMessage());
      return null;
    }
  }

  @Override
  public FilterSnapshot filters() {
    return filters.read();
  }

  @Override
  public Optional<FilterSnapshot> unchangedFilters() {
    return filters.unchanged();
  }

  @Override
  public MovedLinks movedLinks(int index) {
    return LinkUse.findMoved(namespace, index);
  }

  @Override
  public LinkEntries entries(int index) {
    synchronized (queriesLock) {
      return LinkEntryReader.read(queries(), index);
    }
  }

  @Override
  public SriovSnapshot functions() {
    return functions.snapshot();
  }

  @Override
  public void close() {
    IllegalStateException broken = new IllegalStateException("not all of it could be closed");
    synchronized (queriesLock) {
      closed = true;
      closeAll(List.of(functions, filters, exchange, own, settings, namespace), broken);
      if (queries != null) {
        closeAll(List.of(queries), broken);
      }
    }
    if (broken.getSuppressed().length > 0) {
      throw broken;
    }
  }
}
