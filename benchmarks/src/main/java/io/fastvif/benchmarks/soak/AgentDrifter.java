package io.fastvif.benchmarks.soak;

import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Somebody who changes plugged VIFs by hand: deletes their devices, changes MTU and bridge, sets
 * them down, takes ports out of Open vSwitch. The agent has to bring each back.
 */
final class AgentDrifter implements Runnable {
  /** A VIF that drifts often is left alone longer and longer, and an agent may be restarting. */
  private static final long REPAIRED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(120);

  private static final long POLL_NANOS = 500_000;
  private static final long SLOW_POLL_NANOS = 20_000_000;
  private static final long BETWEEN_NANOS = 10_000_000;
  private static final int OTHER_MTU = 1333;

  private final AgentHost host;
  private final List<AgentVif> vifs;
  private final SplittableRandom random;
  private final Gate gate;
  private final BooleanSupplier stopped;
  private final Violations violations;
  private final IntSupplier agent;

  /** When clients had been told of a VIF that was changed last. */
  private final IdentityHashMap<AgentVif, Long> changed = new IdentityHashMap<>();

  private final RepairTimes times;

  /**
   * @param agent says which one is known to have brought all back, {@link AgentLife#ready()}
   */
  AgentDrifter(
      AgentHost host,
      List<AgentVif> vifs,
      SplittableRandom random,
      Gate gate,
      BooleanSupplier stopped,
      Violations violations,
      IntSupplier agent,
      RepairTimes times) {
    this.host = host;
    this.vifs = vifs;
    this.random = random;
    this.gate = gate;
    this.stopped = stopped;
    this.violations = violations;
    this.agent = agent;
    this.times = times;
  }

  @Override
  public void run() {
    try (RouteSocket hand = host.open()) {
      while (!stopped.getAsBoolean()) {
        gate.enter();
        try {
          round(hand);
        } finally {
          gate.leave();
        }
        LockSupport.parkNanos(BETWEEN_NANOS);
      }
    } catch (Exception | AssertionError thrown) {
      violations.unexpected(Thread.currentThread().getName(), thrown);
    }
  }

  private void round(RouteSocket hand) throws IOException {
    AgentVif vif = vifs.get(random.nextInt(vifs.size()));
    if (!vif.claim()) {
      return;
    }
    try {
      AgentVif.Shape shape = vif.acknowledged();
      if (shape != null) {
        drift(hand, vif, shape);
      }
    } finally {
      vif.release();
    }
  }

  private void drift(RouteSocket hand, AgentVif vif, AgentVif.Shape shape) throws IOException {
    boolean isFirst = isFirst(vif);
    int before = agent.getAsInt();
    long begun = System.nanoTime();
    boolean isPortGone = vif.sort() == AgentVif.Sort.SWITCHED && random.nextBoolean();
    String what = isPortGone ? "port taken out" : byHand(hand, vif, shape);
    if (isPortGone) {
      host.ovs().vsctl("--no-wait", "del-port", shape.name());
    }
    vif.trace().add("changed by hand", what);
    int bridge = shape.bridge().isEmpty() ? -1 : hand.indexOf(shape.bridge());
    while (!isAsAcknowledged(hand, vif, shape, bridge)) {
      if (System.nanoTime() - begun > REPAIRED_WITHIN_NANOS) {
        violations.add(
            new Violation(
                Violation.Rule.ACKNOWLEDGED_STATE,
                vif.toString(),
                shape.toString(),
                what + ", and not repaired in 120 s",
                vif.trace().lines()));
        return;
      }
      if (!violations.isEmpty()) {
        return;
      }
      LockSupport.parkNanos(vif.sort() == AgentVif.Sort.SWITCHED ? SLOW_POLL_NANOS : POLL_NANOS);
    }
    vif.trace().add("repaired", what);
    times.add(System.nanoTime() - begun, isFirst, before, agent.getAsInt());
  }

  /** Whether somebody has asked for the VIF since it was changed last. */
  private boolean isFirst(AgentVif vif) {
    Long before = changed.put(vif, vif.acknowledgedNanos());
    return before == null || before != vif.acknowledgedNanos();
  }

  /** Changes the VIF's device, and says how. */
  private String byHand(RouteSocket hand, AgentVif vif, AgentVif.Shape shape) {
    boolean isBridged = vif.sort() == AgentVif.Sort.BRIDGED;
    int drawn = random.nextInt(isBridged ? 4 : 3);
    switch (drawn) {
      case 0 -> {
        hand.execute(hand.link().delete(hand.indexOf(shape.name())));
        return "deleted";
      }
      case 1 -> {
        hand.execute(hand.link().set(shape.name()).mtu(OTHER_MTU));
        return "MTU changed";
      }
      case 2 -> {
        hand.execute(hand.link().set(shape.name()).down());
        return "set down";
      }
      default -> {
        hand.execute(hand.link().set(shape.name()).master(0));
        return "taken off its bridge";
      }
    }
  }

  private boolean isAsAcknowledged(RouteSocket hand, AgentVif vif, AgentVif.Shape shape, int bridge)
      throws IOException {
    LinkMessage link = new LinkMessage();
    boolean[] isSo = new boolean[1];
    try {
      hand.query(
          hand.link().get(shape.name()),
          message -> {
            link.wrap(message);
            isSo[0] =
                link.mtu() == shape.mtu() && link.isUp() && (bridge < 0 || link.master() == bridge);
          });
    } catch (NetlinkException notThere) {
      return false;
    }
    return isSo[0] && (vif.sort() != AgentVif.Sort.SWITCHED || host.ports().contains(shape.name()));
  }
}
