package io.fastvif.forward;

import io.fastvif.vhostuser.session.BackendHandler;
import io.fastvif.vhostuser.session.Completion;
import io.fastvif.vhostuser.session.RingControl;
import io.fastvif.vhostuser.session.SessionControl;
import io.fastvif.vif.PortRates;
import io.fastvif.vif.RateLimit;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The port of a guest's network device behind a vhost-user socket; pass it to {@link
 * io.fastvif.vhostuser.session.VhostUserBackend} as the handler. Ring 2q is the guest's receive
 * queue of queue pair q, ring 2q+1 its transmit queue.
 */
public final class VhostUserPort extends Port implements BackendHandler {
  private final List<GuestRing> rings = new ArrayList<>();
  private final List<GuestReceiveQueue> receive = new ArrayList<>();
  private final List<GuestTransmitQueue> transmit = new ArrayList<>();
  private final long features;
  private final Object lock = new Object();
  private ForwardingLoop loop;
  private FrameSink announceTo;
  private final Rarp rarp = new Rarp();
  private final FlowCounters announced = new FlowCounters();
  private final NanoClock clock;
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
    FrameScratch scratch = new FrameScratch();
    for (int i = 0; i < queues; i++) {
      receive.add(new GuestReceiveQueue(this, 2 * i, scratch));
      transmit.add(new GuestTransmitQueue(this, 2 * i + 1));
      rings.add(receive.get(i));
      rings.add(transmit.get(i));
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
   * Limits what passes the port, by all its queues together, from the loop's next round on. Any
   * thread may call it, at any time. Frames of the guest beyond its rate wait in its ring. Frames
   * for the guest wait where they come from: in the tap, whose queue then fills up, or as another
   * guest's are held, for 10 ms without progress; then they are dropped for {@link
   * DropReason#OVER_RATE}. Behind an {@link UplinkSwitch} they wait in its queue.
   *
   * @param rates takes the place of what was set before; a new limit brings no new burst
   */
  public void limit(PortRates rates) {
    execute(
        () -> {
          toGuest = limiter(rates.toGuest(), toGuest);
          fromGuest = limiter(rates.fromGuest(), fromGuest);
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
    for (GuestRing ring : rings) {
      String problem = ring.problem();
      if (problem != null) {
        return "ring " + ring.index() + ": " + problem;
      }
    }
    if (control.awaitsMemory()) {
      return "the frontend shares no memory: the guest's must be shared (share=on)";
    }
    if (receive.getFirst().awaitsBuffers()) {
      return "the guest has given no buffer to receive into: its interface is down, or its memory"
          + " is not shared (share=on)";
    }
    return "";
  }

  @Override
  FrameSink sink(int queue) {
    return receive.get(queue % queues());
  }

  @Override
  FrameSink target(int queue) {
    return queue == 0 ? sink(0) : new FallbackSink(receiveQueue(queue), receiveQueue(0));
  }

  GuestReceiveQueue receiveQueue(int queue) {
    return receive.get(queue % queues());
  }

  @Override
  Flow flow(int queue, Port other) {
    FrameSink to = other.target(queue);
    if (queue == 0) {
      announceTo = to;
    }
    return new TransmitFlow(flowName(other), queue, transmit.get(queue % queues()), to);
  }

  @Override
  void attached(ForwardingLoop newLoop) {
    synchronized (lock) {
      loop = newLoop;
      rings.forEach(GuestRing::watch);
    }
  }

  @Override
  void detached(ForwardingLoop formerLoop) {
    synchronized (lock) {
      // The commands of this port are carried out in their order, the last ones without a loop.
      formerLoop.executeCommands();
      rings.forEach(GuestRing::unwatch);
      loop = null;
      announceTo = null;
    }
  }

  /** Has something done by the loop's thread, or at once if there is no loop. */
  void execute(Runnable command) {
    synchronized (lock) {
      if (loop == null) {
        command.run();
      } else {
        loop.execute(command);
      }
    }
  }

  /** Has the loop woken by a descriptor; throws what the kernel says. */
  void watch(int descriptor) {
    if (loop != null && descriptor >= 0) {
      loop.watch(descriptor);
    }
  }

  void unwatch(int descriptor) {
    if (loop != null && descriptor >= 0) {
      loop.unwatch(descriptor);
    }
  }

  void ringFailed(int ring, String reason) {
    SessionControl control = session;
    if (control != null) {
      control.ringFailed(ring, reason);
    }
  }

  @Override
  boolean revokeDamagedMemory() {
    boolean damaged = false;
    for (GuestRing ring : rings) {
      damaged |= ring.revokeDamagedMemory();
    }
    SessionControl control = session;
    if (damaged && control != null) {
      control.end("the guest's memory became shorter than the frontend said");
    }
    return damaged;
  }

  @Override
  void check() {
    for (int i = 0; i < rings.size(); i++) {
      rings.get(i).drainKicks();
      if (rings.get(i).hasFaulted()) {
        SessionControl control = session;
        if (control != null) {
          control.end("the guest's memory became shorter than the frontend said");
        }
        return;
      }
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
    return rings.get(index);
  }

  @Override
  public void memoryChanged(Completion completion) {
    execute(
        () -> {
          rings.forEach(GuestRing::memoryChanged);
          completion.done();
        });
  }

  @Override
  public void announce(long address) {
    execute(
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
