package io.fastvif.forward.bridge;

import java.security.SecureRandom;

/**
 * Decides where frames go between an uplink and the ports of guests. The thread of one loop uses
 * it.
 */
public final class LearningSwitch {
  /** Ports at once, with the uplink. */
  public static final int MAX_PORTS = 256;

  /** The decision to send a frame to each port for which {@link #floodsTo} says so. */
  public static final int FLOOD = -1;

  private static final int FIRST_REFUSAL = -2;
  private static final Refusal[] REFUSALS = Refusal.values();
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** Slots of the table that are looked at each second: all of them in a minute. */
  private static final int SWEPT = 512;

  private static final long MULTICAST = 1L << 40;

  /** The addresses of IEEE 802.1D, table 7-10, but for the last four bits. */
  private static final long RESERVED = 0x0180_c200_0000L;

  private static final int SERVICE_TAG = 0x88a8;
  private static final int OLD_SERVICE_TAG = 0x9100;
  private static final int OLDER_SERVICE_TAG = 0x9200;
  private static final int VLAN_MASK = 0xfff;
  private static final int NONE = -1;

  private final MacTable table = new MacTable(new SecureRandom().nextLong());
  private final Member[] ports = new Member[MAX_PORTS];
  private final long beginning = System.nanoTime();
  private int end;
  private int uplink = NONE;
  private long now;
  private int second;

  // What was seen of the frame that was decided last.
  private int from;
  private int vlan;
  private int tag;
  private boolean tagged;
  private boolean unknown;

  /** A port, as the switch knows it. */
  private static final class Member {
    final SwitchPortSettings settings;
    final SourceGuard guard;
    final FloodLimit broadcasts;
    final FloodLimit unknowns;
    final boolean isUplink;
    final Receiver receiver;

    Member(SwitchPortSettings settings, boolean isUplink, Receiver receiver) {
      this.settings = settings;
      this.isUplink = isUplink;
      this.receiver = receiver;
      guard = settings.isGuarded() ? new SourceGuard(settings) : null;
      broadcasts = new FloodLimit(settings.broadcastLimit());
      unknowns = new FloodLimit(settings.unknownLimit());
    }

    boolean isIn(int vlan) {
      return vlan == settings.vlan() || settings.trunk().has(vlan);
    }
  }

  /** What is behind a port. */
  @FunctionalInterface
  public interface Receiver {
    /** Whether it takes frames now. While it does not, others may have its addresses. */
    boolean isOpen();
  }

  /** Sees an address that was learned. */
  @FunctionalInterface
  public interface Learned {
    /**
     * One address.
     *
     * @param key its VLAN in 12 bits above the MAC address in 48
     * @param port where it is
     * @param seconds in how many it is forgotten, at least 1
     */
    void at(long key, int port, int seconds);
  }

  /** Makes a switch without ports. */
  public LearningSwitch() {}

  /**
   * Adds a port.
   *
   * @param settings how it is treated
   * @param isUplink whether others' frames may come from it
   * @param receiver what is behind it
   * @return its number
   * @throws IllegalStateException if there are {@link #MAX_PORTS}
   */
  public int join(SwitchPortSettings settings, boolean isUplink, Receiver receiver) {
    int number = 0;
    while (number < MAX_PORTS && ports[number] != null) {
      number++;
    }
    if (number == MAX_PORTS) {
      throw new IllegalStateException("a switch has at most " + MAX_PORTS + " ports");
    }
    ports[number] = new Member(settings, isUplink, receiver);
    uplink = isUplink ? number : uplink;
    end = Math.max(end, number + 1);
    if (settings.isGuarded()) {
      table.pin(MacTable.key(settings.vlan(), settings.address().value()), number);
    }
    return number;
  }

  /** Removes a port, with its addresses. */
  public void leave(int port) {
    ports[port] = null;
    uplink = port == uplink ? NONE : uplink;
    table.removePort(port);
    while (end > 0 && ports[end - 1] == null) {
      end--;
    }
  }

  /** Shows each address that was learned. */
  public void forEachLearned(Learned learned) {
    table.forEachLearned(second, learned);
  }

  /** Knows an address that another switch has learned, as {@link Learned} showed it. */
  public void learn(long key, int port, int seconds) {
    table.learn(key, port, second, seconds, ports[port].settings.macLimit());
  }

  /** The number behind that of the last port. */
  public int end() {
    return end;
  }

  /** How many addresses are known. */
  public int addresses() {
    return table.size();
  }

  /**
   * Sets the time of the next decisions.
   *
   * @param nanos of {@link System#nanoTime}
   */
  public void time(long nanos) {
    now = nanos;
    int next = (int) ((nanos - beginning) / NANOS_PER_SECOND);
    if (next != second) {
      second = next;
      table.sweep(second, SWEPT);
    }
  }

  /**
   * Decides where a frame goes.
   *
   * @param port the number of the port that it comes from
   * @param frame where it begins, in memory that its sender cannot change
   * @param length how many of its bytes are there, at least 14: all, or more than its headers take
   * @return a port's number; {@link #FLOOD}; or less, for which {@link #refusal} says why it goes
   *     nowhere
   */
  public int decide(int port, long frame, int length) {
    Member sender = ports[port];
    from = port;
    unknown = false;
    long destination = FrameBytes.mac(frame);
    long source = FrameBytes.mac(frame + FrameBytes.SOURCE);
    if ((source & MULTICAST) != 0 || source == 0) {
      return code(Refusal.SPOOFED_MAC);
    }
    if ((destination & ~0xfL) == RESERVED) {
      return code(Refusal.NO_RECEIVER);
    }
    if (!readVlan(sender, frame, length)) {
      return code(Refusal.WRONG_VLAN);
    }
    if (sender.guard != null) {
      long payload = frame + (tagged ? FrameBytes.TAGGED_PAYLOAD : FrameBytes.PAYLOAD);
      Refusal refusal =
          sender.guard.check(frame, FrameBytes.u16(payload - 2), payload, frame + length);
      if (refusal != null) {
        return code(refusal);
      }
    }
    Refusal refusal = learn(sender, source);
    return refusal == null ? look(sender, destination) : code(refusal);
  }

  /** Reads the frame's VLAN; false if the port does not send in it. */
  private boolean readVlan(Member sender, long frame, int length) {
    int type = FrameBytes.u16(frame + FrameBytes.TYPE);
    tagged = type == FrameBytes.VLAN;
    vlan = sender.settings.vlan();
    tag = 0;
    if (!tagged) {
      return type != SERVICE_TAG && type != OLD_SERVICE_TAG && type != OLDER_SERVICE_TAG;
    }
    if (length < FrameBytes.TAGGED_PAYLOAD) {
      return false;
    }
    tag = FrameBytes.u16(frame + FrameBytes.PAYLOAD);
    int id = tag & VLAN_MASK;
    if (id == 0) {
      return true; // a priority alone
    }
    vlan = id;
    return sender.settings.trunk().has(id);
  }

  private Refusal learn(Member sender, long source) {
    SwitchPortSettings settings = sender.settings;
    int outcome =
        table.learn(
            MacTable.key(vlan, source),
            from,
            second,
            settings.ageingSeconds(),
            settings.macLimit());
    if (sender.isUplink || outcome == MacTable.LEARNED) {
      return null;
    }
    if (outcome == MacTable.PINNED_ELSEWHERE) {
      return Refusal.SPOOFED_MAC;
    }
    return sender.guard == null ? Refusal.MAC_LIMIT : null;
  }

  private int look(Member sender, long destination) {
    if ((destination & MULTICAST) != 0) {
      return sender.broadcasts.take(now) ? FLOOD : code(Refusal.BROADCAST_LIMIT);
    }
    int to = table.find(MacTable.key(vlan, destination), second);
    if (to == from) {
      return code(Refusal.NO_RECEIVER);
    }
    if (to >= 0 && ports[to].receiver.isOpen()) {
      return areApart(sender, ports[to]) ? code(Refusal.ISOLATED) : to;
    }
    unknown = true;
    if (sender.unknowns.take(now)) {
      return FLOOD;
    }
    // On the wire it is one frame as any other: the limit spares the other guests.
    return !sender.isUplink && uplink != NONE && floodsTo(uplink)
        ? uplink
        : code(Refusal.UNKNOWN_LIMIT);
  }

  private static boolean areApart(Member one, Member other) {
    return one.settings.isolated() && other.settings.isolated();
  }

  private static int code(Refusal refusal) {
    return FIRST_REFUSAL - refusal.slot();
  }

  /** Why a frame goes nowhere. */
  public static Refusal refusal(int decision) {
    return REFUSALS[FIRST_REFUSAL - decision];
  }

  /** Whether the frame that was decided last, and is flooded, goes to a port. */
  public boolean floodsTo(int port) {
    Member member = ports[port];
    if (member == null
        || port == from
        || !member.isIn(vlan)
        || areApart(ports[from], member)
        || !member.receiver.isOpen()) {
      return false;
    }
    boolean hasOthers = member.guard == null || vlan != member.settings.vlan();
    return !unknown || hasOthers;
  }

  /** Whether the frame that was decided last has a VLAN tag, be it one of a priority alone. */
  public boolean isTagged() {
    return tagged;
  }

  /** Whether it goes to a port with one. */
  public boolean goesTagged(int port) {
    return vlan != ports[port].settings.vlan();
  }

  /** The tag that it has there: its VLAN, and the priority that it came with. */
  public int tag() {
    return (tag & ~VLAN_MASK) | vlan;
  }
}
