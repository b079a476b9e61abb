package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.O_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.O_RDONLY;
import static io.fastvif.bindings.linux.linux_h.O_WRONLY;
import static io.fastvif.bindings.linux.linux_h.SIOCGIFINDEX;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.InterfaceRequest;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.netlink.netfilter.NftSocket;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.pci.PciDevices;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeviceSnapshot;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkEntries;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LinkId;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.MacvtapStep;
import io.fastvif.plan.PhysicalFunctionState;
import io.fastvif.plan.RestoreLink;
import io.fastvif.plan.RouteState;
import io.fastvif.plan.SriovSnapshot;
import io.fastvif.plan.Step;
import io.fastvif.plan.VfSettings;
import io.fastvif.plan.VhostUserPortStep;
import io.fastvif.plan.VhostUserSocketStep;
import io.fastvif.plan.VirtualFunctionState;
import io.fastvif.switchdev.NamespaceFunctions;
import io.fastvif.switchdev.pool.DeviceLeases;
import io.fastvif.switchdev.pool.VfUse;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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
import org.agrona.collections.IntArrayList;

/**
 * The kernel of one network namespace. Three sockets: one for the engine's batches, one for what
 * its thread asks beside them, which therefore waits for nobody, and one for what other threads
 * ask.
 */
final class KernelTransport implements Transport {
  private static final ValueLayout.OfInt INDEX =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.nativeOrder());
  private static final String SYSCTLS = "/proc/sys/net/";
  private static final byte[] IPV6_SETTINGS =
      "/proc/sys/net/ipv6/conf/".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DISABLE_IPV6 = "/disable_ipv6\0".getBytes(StandardCharsets.US_ASCII);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment interfaceRequest =
      arena.allocate(InterfaceRequest.SIZE, InterfaceRequest.ALIGNMENT);
  private final MemorySegment path =
      arena.allocate(IPV6_SETTINGS.length + InterfaceRequest.NAME_SIZE + DISABLE_IPV6.length);
  private final MemorySegment digit = arena.allocate(1);
  private final Thread owner = Thread.currentThread();
  private final Object queriesLock = new Object();
  private final PciDevices pci = new PciDevices(PciDevices.SYSFS);
  private final KernelExchange exchange;
  private final RouteSocket own;
  private final RouteSocket queries;
  private final NamespaceFunctions functions;
  private final FilterReader filters;
  private final boolean ipv6 = Files.exists(Path.of("/proc/sys/net/ipv6"));

  private final DeviceLeases leases;

  private KernelTransport(Path leaseFolder) {
    leases = new DeviceLeases(leaseFolder);
    MemorySegment.copy(IPV6_SETTINGS, 0, path, ValueLayout.JAVA_BYTE, 0, IPV6_SETTINGS.length);
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      exchange = opened(opened, new KernelExchange());
      own = opened(opened, RouteSocket.open());
      queries = opened(opened, RouteSocket.open());
      functions = opened(opened, new NamespaceFunctions());
      filters = FilterReader.open();
    } catch (RuntimeException | Error refused) {
      closeAll(opened, refused);
      arena.close();
      throw refused;
    }
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
  static Factory factory(Path leaseFolder) {
    return () -> new KernelTransport(leaseFolder);
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
  public IntArrayList bridges(String alias) {
    IntArrayList found = new IntArrayList();
    try {
      links(
          own.link().dump(false).kindFilter("bridge"),
          link -> {
            if (alias.equals(link.alias())) {
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
  public int createTap(Step.CreateTap step, String vifId) {
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
    // Netlink shows this setting but does not take it.
    int end = putName(name, path, IPV6_SETTINGS.length);
    if (end < 0) {
      return -Errno.ENODEV;
    }
    MemorySegment.copy(DISABLE_IPV6, 0, path, ValueLayout.JAVA_BYTE, end, DISABLE_IPV6.length);
    byte wanted = (byte) (disabled ? '1' : '0');
    int fd = FileIo.open(path, O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return isReadOnly(fd) && readsDigit(wanted) ? 0 : fd;
    }
    digit.set(ValueLayout.JAVA_BYTE, 0, wanted);
    int result = (int) Math.min(0, FileIo.write(fd, digit, 1));
    FileIo.close(fd);
    return result;
  }

  /** Whether that is because the setting may not be written, as in a container. */
  private static boolean isReadOnly(int result) {
    return result == -Errno.EROFS || result == -Errno.EACCES || result == -Errno.EPERM;
  }

  private boolean readsDigit(byte wanted) {
    int fd = FileIo.open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      return false;
    }
    boolean equal = FileIo.read(fd, digit, 1) == 1 && digit.get(ValueLayout.JAVA_BYTE, 0) == wanted;
    FileIo.close(fd);
    return equal;
  }

  @Override
  public int setSysctl(Step.SetSysctl sysctl) {
    String file = SYSCTLS + sysctl.setting().path(sysctl.name());
    String text = Integer.toString(sysctl.value());
    try {
      FileIo.writeText(file, text);
      return 0;
    } catch (SystemCallException refused) {
      return isReadOnly(-refused.errno()) && readsText(file, text) ? 0 : -refused.errno();
    }
  }

  private static boolean readsText(String file, String wanted) {
    try {
      return FileIo.readText(file).equals(wanted);
    } catch (SystemCallException unreadable) {
      return false;
    }
  }

  @Override
  public boolean perform(Step.Slow step) throws IOException {
    return switch (step) {
      case Step.BindDriver bind ->
          pci.bind(bind.device(), Optional.ofNullable(bind.driver()), bind.override());
      case Step.SetVfCount set -> pci.setVfCount(set.device(), set.count());
      case Step.SetEswitch set -> functions.perform(set);
      case Step.LeaseDevice lease -> leases.change(lease.device(), lease.seen(), lease.wanted());
      case Step.DescribeDevice describe -> TextFile.bring(describe.file(), describe.text());
      case RestoreLink restore -> FormerLinks.restore(restore, linkOf(restore.device()));
      case VhostUserPortStep port -> throw new IllegalArgumentException("not here: " + port);
      case VhostUserSocketStep socket -> throw new IllegalArgumentException("not here: " + socket);
      case MacvtapStep macvtap -> MacvtapSteps.perform(macvtap, this::userOfFunctions);
    };
  }

  @Override
  public int linkIndex(String name) {
    interfaceRequest.fill((byte) 0);
    if (putName(name, interfaceRequest, 0) < 0) {
      return -Errno.ENODEV;
    }
    int result = FileIo.ioctl(exchange.descriptor(), SIOCGIFINDEX, interfaceRequest);
    return result < 0 ? result : interfaceRequest.get(INDEX, InterfaceRequest.INDEX_OFFSET);
  }

  /** Writes a link's name; returns where it ends, or a negative number if none is as long. */
  private static int putName(String name, MemorySegment target, int offset) {
    int length = name.length();
    if (length >= InterfaceRequest.NAME_SIZE) {
      return -1;
    }
    for (int i = 0; i < length; i++) {
      char character = name.charAt(i);
      if (character >= 0x80) {
        return putBytes(name.getBytes(StandardCharsets.UTF_8), target, offset);
      }
      target.set(ValueLayout.JAVA_BYTE, offset + i, (byte) character);
    }
    return offset + length;
  }

  private static int putBytes(byte[] name, MemorySegment target, int offset) {
    if (name.length >= InterfaceRequest.NAME_SIZE) {
      return -1;
    }
    MemorySegment.copy(name, 0, target, ValueLayout.JAVA_BYTE, offset, name.length);
    return offset + name.length;
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

  /** From any thread; the engine's own waits for no other. */
  private <T> T ask(int index, Function<LinkMessage, T> question, T ofNone) {
    if (Thread.currentThread() == owner) {
      return ask(own, index, question, ofNone);
    }
    synchronized (queriesLock) {
      return ask(queries, index, question, ofNone);
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
    return HostReader.hasRoute(own, link, route);
  }

  @Override
  public String linkOn(int link, Set<Integer> ignored) {
    LinkUse.User user = LinkUse.findLinks(own, link, ignored);
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

  /** The link of a device; null if it has none, or several, in this namespace. */
  private LinkState linkOf(PciAddress device) {
    HostSnapshot host = snapshot();
    Optional<VirtualFunctionState> function = functions().virtualFunction(device);
    if (function.isPresent()) {
      LinkId own = function.get().link();
      return own == null ? null : host.link(own.index()).orElse(null);
    }
    List<LinkState> links =
        host.links().stream().filter(link -> device.equals(link.device())).toList();
    return links.size() == 1 ? links.getFirst() : null;
  }

  /** Who uses virtual functions of a link, in words; null for nobody. */
  private String userOfFunctions(int link) {
    SriovSnapshot sriov = functions();
    HostSnapshot links = snapshot().withSriov(() -> sriov);
    HostSnapshot host = links.withDevices(() -> devices(links));
    for (PhysicalFunctionState physical : sriov.physicalFunctions()) {
      if (physical.link() != null && physical.link().index() == link) {
        for (VirtualFunctionState function : sriov.virtualFunctions(physical.address())) {
          VfUse use = VfUse.of(host, function);
          if (!use.isFree()) {
            return "its VF " + function.number() + " is in use: " + use.reason();
          }
        }
      }
    }
    return null;
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
    return new HostDevices(pci, leases, host, this::vfs);
  }

  private List<VfSettings> vfs(int link) {
    synchronized (queriesLock) {
      return VfReader.read(queries, link);
    }
  }

  @Override
  public HostSnapshot snapshot() {
    synchronized (queriesLock) {
      return HostReader.read(queries);
    }
  }

  @Override
  public NftExchange openFilters(int family) {
    return NftSocket.open(family);
  }

  @Override
  public FilterSnapshot filters() {
    return filters.read();
  }

  @Override
  public LinkEntries entries(int index) {
    synchronized (queriesLock) {
      return LinkEntryReader.read(queries, index);
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
      closeAll(List.of(functions, filters, exchange, own, queries), broken);
    }
    arena.close();
    if (broken.getSuppressed().length > 0) {
      throw broken;
    }
  }
}
