package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.IFF_UP;
import static io.fastvif.bindings.linux.linux_h.IFLA_GROUP;
import static io.fastvif.bindings.linux.linux_h.IFLA_IFALIAS;
import static io.fastvif.bindings.linux.linux_h.IFLA_IFNAME;
import static io.fastvif.bindings.linux.linux_h.IFLA_MASTER;
import static io.fastvif.bindings.linux.linux_h.IFLA_MAX;
import static io.fastvif.bindings.linux.linux_h.IFLA_MTU;
import static io.fastvif.bindings.linux.linux_h.RTM_DELLINK;
import static io.fastvif.bindings.linux.linux_h.RTM_DELLINKPROP;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWLINK;
import static io.fastvif.bindings.linux.linux_h.RTM_NEWLINKPROP;
import static io.fastvif.bindings.linux.linux_h.RTM_SETLINK;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.kernel.AckHandler;
import io.fastvif.engine.kernel.BridgeQuestions;
import io.fastvif.engine.kernel.Departures;
import io.fastvif.engine.kernel.MessageExchange;
import io.fastvif.engine.kernel.Ownership;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.engine.local.StepWait;
import io.fastvif.netlink.AttributeTable;
import io.fastvif.netlink.MessageDecoder;
import io.fastvif.netlink.MessageEncoder;
import io.fastvif.netlink.netfilter.NftExchange;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.DeviceStep;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkGroups;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.Step;
import io.fastvif.plan.WaitingStep;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.collections.IntArrayList;

/**
 * As much of a kernel as the engine asks for: links that know their name, master, group and MTU.
 * Its threads are the engine's and those that wait for deletions.
 */
final class FakeKernel implements Transport {
  private static final int INDEX_OFFSET = 4;
  private static final int FLAGS_OFFSET = 8;
  private static final int CHANGE_OFFSET = 12;
  private static final int HEADER_LENGTH = 16;
  private static final int GREATEST_MTU = 65535;

  /** A link. */
  static final class Link {
    final int index;
    String name;
    int master;
    int group;
    int mtu = 1500;
    String alias = "";
    boolean up;

    Link(int index, String name) {
      this.index = index;
      this.name = name;
    }
  }

  final Map<String, Link> links = new LinkedHashMap<>();
  final Set<String> undeletable = new HashSet<>();
  final List<Integer> messagesOfSends = new ArrayList<>();
  final Map<String, Boolean> ipv6Disabled = new HashMap<>();
  int groupDeletions;
  int messageLimit = 1000;
  boolean renamesAtOnce = true;

  /** Called when a link has got a new name, before that is acknowledged. */
  Consumer<Link> afterRenaming = link -> {};

  /** Called before links are deleted, on the thread that waits for it. */
  Runnable beforeDeletion = () -> {};

  /** Called when links were deleted, before the answer, on the thread that waits for it. */
  Runnable afterDeletion = () -> {};

  /** Who is told which links are gone, if anybody may be; the test tells it. */
  volatile Departures.Listener departures;

  boolean tellsDepartures;
  RuntimeException departuresRefusal;

  /** What a slow step, or one on a switch, comes to, on the thread that does it. */
  interface SlowAnswer {
    boolean perform(Step step) throws IOException;
  }

  final Map<String, Integer> sysctls = new HashMap<>();

  volatile SlowAnswer slow = step -> true;
  volatile RuntimeException broken;

  /** Run by whoever does the engine's work, for each of its sends. */
  volatile Runnable duringSend = () -> {};

  /** Thrown instead of one more exchange. */
  RuntimeException exchangeRefusal;

  /** Asked before a question about a link is answered. */
  Runnable questions = () -> {};

  /** Asked before it is told which index a link has. */
  Runnable indexes = () -> {};

  /** Asked before it is told who uses a link. */
  Runnable usersOf = () -> {};

  /** Asked before a tap is made. */
  Consumer<String> taps = name -> {};

  /** How many of the next sends are carried out without an answer. */
  int lostAnswers;

  /** The sends, counted from 1, that are refused as a whole. */
  final Set<Integer> refusedSends = new HashSet<>();

  boolean closed;

  /** What it says of bridges that are kept. */
  BridgeQuestions bridgeQuestions = BridgeQuestions.NONE;

  /** Its packet filter. */
  final FakeFilters filters = new FakeFilters();

  final AtomicInteger openExchanges = new AtomicInteger();

  private final MessageEncoder encoder = new MessageEncoder(Arena.ofAuto().allocate(1 << 18));
  private int lastIndex;

  synchronized Link add(String name) {
    Link link = new Link(++lastIndex, name);
    links.put(name, link);
    return link;
  }

  @Override
  public MessageEncoder encoder() {
    return encoder;
  }

  @Override
  public int messageLimit() {
    return messageLimit;
  }

  @Override
  public void exchange(AckHandler acks) {
    duringSend.run();
    exchange(encoder, acks);
  }

  private void exchange(MessageEncoder requests, AckHandler acks) {
    if (broken != null) {
      throw broken;
    }
    MessageDecoder message = new MessageDecoder();
    message.wrap(requests.segment(), 0, requests.length());
    AttributeTable attributes = new AttributeTable(IFLA_MAX);
    boolean refused;
    synchronized (this) {
      messagesOfSends.add(requests.messageCount());
      refused = refusedSends.contains(messagesOfSends.size());
    }
    while (message.next()) {
      if (refused) {
        acks.acknowledged(message.sequence(), Errno.ENOBUFS, "fake: send refused");
        continue;
      }
      attributes.wrap(message, HEADER_LENGTH);
      if (message.type() == RTM_DELLINK) {
        beforeDeletion.run();
      }
      int errno =
          answer(
              message.type(),
              message.getInt(INDEX_OFFSET),
              message.getInt(FLAGS_OFFSET),
              message.getInt(CHANGE_OFFSET),
              attributes);
      if (message.type() == RTM_DELLINK) {
        afterDeletion.run();
      }
      if (lostAnswers == 0) {
        acks.acknowledged(message.sequence(), errno, errno == 0 ? null : "fake: refused");
      }
    }
    if (lostAnswers > 0) {
      lostAnswers--;
      throw new SystemCallException("recvmmsg", Errno.EIO);
    }
  }

  @Override
  public MessageExchange openExchange() {
    if (exchangeRefusal != null) {
      throw exchangeRefusal;
    }
    openExchanges.incrementAndGet();
    MessageEncoder requests = new MessageEncoder(Arena.ofAuto().allocate(1 << 18));
    return new MessageExchange() {
      @Override
      public MessageEncoder encoder() {
        return requests;
      }

      @Override
      public int messageLimit() {
        return messageLimit;
      }

      @Override
      public void exchange(AckHandler acks) {
        FakeKernel.this.exchange(requests, acks);
      }

      @Override
      public void close() {
        openExchanges.decrementAndGet();
      }
    };
  }

  @Override
  public Departures openDepartures(Departures.Listener listener) {
    if (departuresRefusal != null) {
      throw departuresRefusal;
    }
    if (!tellsDepartures) {
      return null;
    }
    departures = listener;
    return () -> departures = null;
  }

  private synchronized int answer(
      int type, int index, int flags, int change, AttributeTable attributes) {
    if (type == RTM_NEWLINK && index == 0) {
      return create(attributes);
    }
    if (type == RTM_SETLINK) {
      int errno = set(byIndex(index), attributes);
      return errno == 0 ? setFlags(byIndex(index), flags, change) : errno;
    }
    if (type == RTM_DELLINK) {
      return index == 0 ? deleteGroup(attributes.getInt(IFLA_GROUP, 0)) : delete(byIndex(index));
    }
    if (type == RTM_NEWLINKPROP || type == RTM_DELLINKPROP) {
      return byIndex(index) == null ? Errno.ENODEV : 0; // alternative names are not looked at
    }
    throw new AssertionError("unexpected message of type " + type);
  }

  private int create(AttributeTable attributes) {
    String name = attributes.getString(IFLA_IFNAME);
    if (links.containsKey(name)) {
      return Errno.EEXIST;
    }
    Link link = add(name);
    link.mtu = attributes.getInt(IFLA_MTU, 1500);
    link.group = attributes.getInt(IFLA_GROUP, 0);
    return 0;
  }

  private int set(Link link, AttributeTable attributes) {
    if (link == null) {
      return Errno.ENODEV;
    }
    int mtu = attributes.getInt(IFLA_MTU, link.mtu);
    if (mtu > GREATEST_MTU) {
      return Errno.EINVAL;
    }
    link.mtu = mtu;
    link.master = attributes.getInt(IFLA_MASTER, link.master);
    link.group = attributes.getInt(IFLA_GROUP, link.group);
    if (attributes.has(IFLA_IFNAME)) {
      int errno = rename(link, attributes.getString(IFLA_IFNAME));
      if (errno != 0) {
        return errno;
      }
    }
    if (attributes.has(IFLA_IFALIAS)) {
      link.alias = attributes.getString(IFLA_IFALIAS);
    }
    return 0;
  }

  private int rename(Link link, String name) {
    if (link.name.equals(name)) {
      return 0;
    }
    if (link.up && !renamesAtOnce) {
      return Errno.EBUSY;
    }
    if (links.containsKey(name)) {
      return Errno.EEXIST;
    }
    move(link, name);
    afterRenaming.accept(link);
    return 0;
  }

  /** Gives a link a name, whoever wants it. */
  void move(Link link, String name) {
    links.remove(link.name);
    link.name = name;
    links.put(name, link);
  }

  private static int setFlags(Link link, int flags, int change) {
    link.up = (change & IFF_UP) == 0 ? link.up : (flags & IFF_UP) != 0;
    return 0;
  }

  private int delete(Link link) {
    if (link == null) {
      return Errno.ENODEV;
    }
    if (undeletable.contains(link.name)) {
      return Errno.EOPNOTSUPP;
    }
    links.remove(link.name);
    return 0;
  }

  private int deleteGroup(int group) {
    groupDeletions++;
    List<Link> members = links.values().stream().filter(link -> link.group == group).toList();
    if (members.isEmpty()) {
      return Errno.ENODEV;
    }
    if (members.stream().anyMatch(link -> undeletable.contains(link.name))) {
      return Errno.EOPNOTSUPP;
    }
    members.forEach(link -> links.remove(link.name));
    return 0;
  }

  private Link byIndex(int index) {
    return links.values().stream().filter(link -> link.index == index).findFirst().orElse(null);
  }

  @Override
  public NftExchange openFilters(int family) {
    return filters;
  }

  @Override
  public synchronized int createTap(LocalStep.CreateTap tap, String vifId) {
    taps.accept(tap.name());
    if (links.containsKey(tap.name())) {
      return -Errno.EBUSY;
    }
    Link link = add(tap.name());
    link.alias = Aliases.of(vifId);
    link.group = LinkGroups.making(vifId);
    return 0;
  }

  @Override
  public synchronized int disableIpv6(String name, boolean disabled) {
    ipv6Disabled.put(name, disabled);
    return 0;
  }

  @Override
  public synchronized int setSysctl(LocalStep.SetSysctl sysctl) {
    sysctls.put(sysctl.setting().path(sysctl.name()), sysctl.value());
    return 0;
  }

  @Override
  public boolean perform(DeviceStep step) throws IOException {
    return slow.perform(step);
  }

  @Override
  public StepWait begin(WaitingStep step) {
    return step instanceof WaitingStep.AwaitBackend
        ? StepWait.of(step)
        : StepWait.ending(() -> slow.perform(step));
  }

  @Override
  public synchronized int linkIndex(String name) {
    indexes.run();
    return links.containsKey(name) ? links.get(name).index : -Errno.ENODEV;
  }

  @Override
  public synchronized String alias(int index) {
    Link link = byIndex(index);
    return link == null ? "" : link.alias;
  }

  @Override
  public synchronized Ownership ownership(int index, String vifId) {
    questions.run();
    Link link = byIndex(index);
    if (link == null) {
      return Ownership.GONE;
    }
    boolean isOwn =
        link.alias.isEmpty()
            ? link.group == LinkGroups.making(vifId)
            : link.alias.equals(Aliases.of(vifId));
    boolean isMaking = link.alias.isEmpty() && LinkGroups.isPassing(link.group);
    return isOwn ? Ownership.OWN : isMaking ? Ownership.UNFINISHED : Ownership.FOREIGN;
  }

  @Override
  public synchronized String kind(int index) {
    Link link = byIndex(index);
    return link == null || undeletable.contains(link.name) ? "" : "veth";
  }

  @Override
  public synchronized String linkOn(int index, Set<Integer> ignored) {
    usersOf.run();
    return links.values().stream()
        .filter(link -> link.master == index && !ignored.contains(link.index))
        .map(link -> "link " + link.index + " is a port of it")
        .findFirst()
        .orElse(null);
  }

  @Override
  public synchronized String portOf(int bridge) {
    return links.values().stream()
        .filter(link -> link.master == bridge)
        .map(link -> link.name)
        .findFirst()
        .orElse(null);
  }

  @Override
  public synchronized boolean isGroupUsed(int first, int count) {
    return links.values().stream()
        .anyMatch(link -> link.group >= first && link.group < first + count);
  }

  @Override
  public synchronized IntArrayList bridges(Predicate<String> alias) {
    IntArrayList found = new IntArrayList();
    links.values().stream()
        .filter(link -> alias.test(link.alias))
        .forEach(link -> found.addInt(link.index));
    return found;
  }

  @Override
  public BridgeQuestions bridgeQuestions() {
    return bridgeQuestions;
  }

  @Override
  public boolean renamesAtOnce() {
    return renamesAtOnce;
  }

  @Override
  public boolean hasIpv6() {
    return true;
  }

  @Override
  public HostSnapshot snapshot() {
    return new SnapshotBuilder().build();
  }

  @Override
  public void close() {
    closed = true;
  }
}
