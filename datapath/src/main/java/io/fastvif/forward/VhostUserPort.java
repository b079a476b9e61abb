package io.fastvif.forward;

import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.session.BackendHandler;
import io.fastvif.vhostuser.session.Completion;
import io.fastvif.vhostuser.session.RingControl;
import io.fastvif.vhostuser.session.SessionControl;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The port of a guest's network device behind a vhost-user socket; pass it to {@link
 * io.fastvif.vhostuser.session.VhostUserBackend} as the handler. Ring 2q is the guest's receive
 * queue of queue pair q, ring 2q+1 its transmit queue.
 */
public final class VhostUserPort extends Port implements BackendHandler {
  private final List<QueuePair> pairs = new ArrayList<>();
  private final long features;
  private FrameSink announceTo;
  private final Rarp rarp = new Rarp();
  private final FlowCounters announced = new FlowCounters();
  private final NanoClock clock;

  /** What {@link #limit} was told last. */
  private volatile PortRates wanted = PortRates.UNLIMITED;

  /** Whether there is a limiter; the loop's thread writes. */
  private volatile boolean limits;

  // Of the one loop that serves all queues as long as there is a limit.
  private RateLimiter toGuest;
  private RateLimiter fromGuest;
  private volatile SessionControl session;
  private volatile int mtu;

  /**
   * Makes a port.
   *
   * @param clock by which its rates are limited
   */
  VhostUserPort(String name, int queues, long features, NanoClock clock) {
    super(name, queues);
    this.features = features;
    this.clock = clock;
    for (int i = 0; i < queues; i++) {
      pairs.add(new QueuePair(this, i));
    }
  }

  /**
   * Makes a port for a guest whose frames go to a device of the host. All offloads are offered,
   * since the kernel completes checksums and segments frames.
   *
   * @param name for reports
   * @param queues queue pairs
   * @return the port, not connected
   */
  public static VhostUserPort toHost(String name, int queues) {
    return new VhostUserPort(name, queues, NetFeatures.OFFLOADS, SystemNanoClock.INSTANCE);
  }

  /**
   * Makes a port for a guest whose frames go to another guest or to an {@link XdpPort}. All
   * offloads are offered: checksums are completed here, and frames segmented, for receivers that
   * need it.
   *
   * @param name for reports
   * @param queues queue pairs
   * @return the port, not connected
   */
  public static VhostUserPort toGuest(String name, int queues) {
    return new VhostUserPort(name, queues, NetFeatures.OFFLOADS, SystemNanoClock.INSTANCE);
  }

  /**
   * Makes a port for a guest whose frames go to a {@link FrameHandler}. No offloads are offered, so
   * every frame is complete.
   *
   * @param name for reports
   * @param queues queue pairs
   * @return the port, not connected
   */
  public static VhostUserPort toHandler(String name, int queues) {
    return new VhostUserPort(name, queues, NetFeatures.WHOLE_FRAMES, SystemNanoClock.INSTANCE);
  }

  /**
   * Returns the features that the session has to offer for this port.
   *
   * @return virtio features, without VHOST_USER_F_PROTOCOL_FEATURES
   */
  public long features() {
    return features;
  }

  /**
   * Limits what passes the port, by all its queues together, from the loop's next round on; one
   * loop serves all of them then. Any thread may call it, at any time. Frames of the guest beyond
   * its rate wait in its ring. Frames for the guest wait where they come from: in the tap, whose
   * queue then fills up, or as another guest's are held, for 10 ms without progress; then they are
   * dropped for {@link DropReason#OVER_RATE}. Behind an {@link UplinkSwitch} they wait in its
   * queue.
   *
   * @param rates takes the place of what was set before; a new limit brings no new burst
   */
  public void limit(PortRates rates) {
    wanted = rates;
    pairs.getFirst().execute(this::applyLimit);
  }

  /** Limits the traffic, when all lanes are at the first one's loop; that loop's thread. */
  private void applyLimit() {
    PortRates rates = wanted;
    if (rates.limits() && !gather(this::applyLimit)) {
      return;
    }
    toGuest = limiter(rates.toGuest(), toGuest);
    fromGuest = limiter(rates.fromGuest(), fromGuest);
    limits = rates.limits();
    if (!limits) {
      pairs.stream()
          .map(QueuePair::lane)
          .filter(Objects::nonNull)
          .forEach(lane -> lane.leaveHome("the port has no rate"));
    }
  }

  /** Whether one loop has to serve all of its queues, for its rates; any thread. */
  boolean isLimited() {
    return limits || wanted.limits();
  }

  /** Has all queues served by one loop if it is limited; its pair was connected. */
  void gatherIfLimited() {
    pairs.getFirst().execute(this::gatherAll);
  }

  private void gatherAll() {
    if (isLimited()) {
      gather(this::gatherAll);
    }
  }

  /**
   * Whether all lanes are at the first one's loop. If one is not, it is moved there, and something
   * is done there afterwards.
   */
  private boolean gather(Runnable then) {
    Lane home = pairs.getFirst().lane();
    for (QueuePair each : pairs) {
      Lane lane = each.lane();
      if (home != null && lane != null && !lane.hasEnded() && lane.loop() != home.loop()) {
        lane.join(home, "the port has a rate", () -> home.execute(then));
        return false;
      }
    }
    return true;
  }

  /** Writes how far its rates are used up, while its rings are stopped. */
  public void saveTokens(HandOverWriter writer) {
    RateLimiter.save(toGuest, writer);
    RateLimiter.save(fromGuest, writer);
  }

  /** Has no more left of its rates than another process had: a hand-over brings no burst. */
  public void restoreTokens(HandOverReader reader) {
    long[] left = new long[4];
    for (int i = 0; i < left.length; i++) {
      left[i] = reader.longNumber();
    }
    pairs
        .getFirst()
        .execute(
            () -> {
              if (toGuest != null) {
                toGuest.atMost(left[0], left[1]);
              }
              if (fromGuest != null) {
                fromGuest.atMost(left[2], left[3]);
              }
            });
  }

  private RateLimiter limiter(RateLimit limit, RateLimiter former) {
    return limit == null ? null : new RateLimiter(limit, clock, former);
  }

  /** The limit of what the guest gets; null for none. The loop's thread only. */
  RateLimiter toGuest() {
    return toGuest;
  }

  /** The limit of what the guest sends; null for none. The loop's thread only. */
  RateLimiter fromGuest() {
    return fromGuest;
  }

  /**
   * Returns the guest's MTU, as NET_SET_MTU said.
   *
   * @return bytes; 0 if the frontend has not said
   */
  public int mtu() {
    return mtu;
  }

  /**
   * Returns what keeps a connected frontend's guest from receiving frames.
   *
   * @return in words; empty if nothing does, or no frontend is connected
   */
  @Override
  public String problem() {
    String failed = super.problem();
    SessionControl control = session;
    if (!failed.isEmpty() || control == null) {
      return failed;
    }
    for (int i = 0; i < 2 * queues(); i++) {
      String problem = pairs.get(i / 2).ring(i).problem();
      if (problem != null) {
        return "ring " + i + ": " + problem;
      }
    }
    if (control.awaitsMemory()) {
      return "the frontend shares no memory: the guest's must be shared (share=on)";
    }
    if (receiveQueue(0).awaitsBuffers()) {
      return "the guest has given no buffer to receive into: its interface is down, or its memory"
          + " is not shared (share=on)";
    }
    return "";
  }

  @Override
  FrameSink sink(int queue) {
    return receiveQueue(queue);
  }

  @Override
  FrameSink target(int queue) {
    return queue == 0 ? sink(0) : new FallbackSink(receiveQueue(queue), receiveQueue(0));
  }

  GuestReceiveQueue receiveQueue(int queue) {
    return pairs.get(queue % queues()).receive();
  }

  @Override
  Flow flow(int queue, Port other) {
    FrameSink to = other.target(queue);
    if (queue == 0) {
      announceTo = to;
    }
    return new TransmitFlow(flowName(other), queue, pairs.get(queue).transmit(), to);
  }

  /** Queues with a limit in common stay where they are, as one that its guest does not use does. */
  @Override
  boolean mayMove(int queue, int lanes) {
    return lanes == 1 || (!isLimited() && (queue == 0 || receiveQueue(queue).isRunning()));
  }

  @Override
  void attached(Lane lane, int queue) {
    pairs.get(queue).attached(lane);
  }

  @Override
  void detached(Lane lane, int queue) {
    pairs.get(queue).detached(lane);
    if (queue == 0) {
      announceTo = null;
    }
  }

  @Override
  void watch(ForwardingLoop loop, int queue) {
    pairs.get(queue).receive().watch();
    pairs.get(queue).transmit().watch();
  }

  @Override
  void unwatch(ForwardingLoop loop, int queue) {
    pairs.get(queue).receive().unwatch();
    pairs.get(queue).transmit().unwatch();
  }

  void ringFailed(int ring, String reason) {
    SessionControl control = session;
    if (control != null) {
      control.ringFailed(ring, reason);
    }
  }

  @Override
  boolean revokeDamagedMemory(int queue) {
    boolean damaged = pairs.get(queue).revokeDamagedMemory();
    SessionControl control = session;
    if (damaged && control != null) {
      control.end("the guest's memory became shorter than the frontend said");
    }
    return damaged;
  }

  @Override
  void check(int queue) {
    SessionControl control = session;
    if (pairs.get(queue).check() && control != null) {
      control.end("the guest's memory became shorter than the frontend said");
    }
  }

  @Override
  public void connected(SessionControl control) {
    session = control;
    mtu = 0;
    RingEvent.report(name(), RingEvent.NO_RING, "connected", null);
  }

  @Override
  public RingControl ring(int index) {
    return pairs.get(index / 2).ring(index);
  }

  @Override
  public void memoryChanged(Completion completion) {
    AtomicInteger left = new AtomicInteger(pairs.size());
    for (QueuePair pair : pairs) {
      pair.execute(
          () -> {
            pair.memoryChanged();
            if (left.decrementAndGet() == 0) {
              completion.done();
            }
          });
    }
  }

  @Override
  public void announce(long address) {
    pairs
        .getFirst()
        .execute(
            () -> {
              if (announceTo != null) {
                announceTo.accept(rarp.announcement(address), 1, 0, announced);
              }
            });
  }

  @Override
  public boolean setMtu(int bytes) {
    mtu = bytes;
    return true;
  }

  @Override
  public void statusChanged(int status) {
    RingEvent.report(name(), RingEvent.NO_RING, "status " + status, null);
  }

  @Override
  public void disconnected(String reason) {
    session = null;
    RingEvent.report(name(), RingEvent.NO_RING, "disconnected", reason);
  }

  /** Nothing to let go: its session has, when that was closed. */
  @Override
  void release() {}
}
