package io.fastvif.benchmarks.soak;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.LinkRequest;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Somebody else with root's rights: deletes, renames and changes the VIFs' devices. It touches only
 * devices that bear a VIF's alias: one that the engine has just made and not marked yet cannot be
 * told from anybody's.
 */
final class SecondActor implements Runnable {
  /** An interface group as an administrator gives it. */
  private static final int USER_GROUP = 42;

  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
  private static final int PERCENT = 100;
  private static final int RACING_PERCENT = 30;
  private static final int IPV6_MIN_MTU = 1280;
  private static final int CHANGED_MTU = 1300;

  /** A link that comes above what IPv6 needs gets IPv6 with it, which is one thing more to mend. */
  private static final int CHANGED_MTU_WITHOUT_IPV6 = 600;

  private final List<SoakVif> vifs;
  private final SplittableRandom random;
  private final OperationChooser chooser;
  private final EngineSupervisor supervisor;
  private final Submitter submitter;
  private final Gate gate;
  private final BooleanSupplier stopped;
  private final Runnable ready;
  private final Violations violations;
  private RouteSocket socket;
  private volatile long actions;

  /**
   * @param ready called once all is open that it needs
   */
  SecondActor(
      List<SoakVif> vifs,
      SplittableRandom random,
      OperationChooser chooser,
      EngineSupervisor supervisor,
      Submitter submitter,
      Gate gate,
      BooleanSupplier stopped,
      Runnable ready,
      Violations violations) {
    this.vifs = vifs;
    this.random = random;
    this.chooser = chooser;
    this.supervisor = supervisor;
    this.submitter = submitter;
    this.gate = gate;
    this.stopped = stopped;
    this.ready = ready;
    this.violations = violations;
  }

  /** How often it has changed something. */
  long actions() {
    return actions;
  }

  @Override
  public void run() {
    try (RouteSocket opened = RouteSocket.open()) {
      socket = opened;
      ready.run();
      while (!stopped.getAsBoolean()) {
        LockSupport.parkNanos(random.nextLong(MAX_PAUSE_NANOS));
        gate.enter();
        try {
          act(vifs.get(random.nextInt(vifs.size())));
        } catch (RuntimeException | InterruptedException | Error thrown) {
          violations.unexpected(Thread.currentThread().getName(), thrown);
        } finally {
          gate.leave();
        }
      }
    }
  }

  private void act(SoakVif vif) throws InterruptedException {
    if (random.nextInt(PERCENT) < RACING_PERCENT) {
      race(vif);
    } else if (vif.claim()) {
      try {
        VifState state = vif.state();
        if (state != null && state.isPresent()) {
          changeClaimed(vif, state);
        }
      } finally {
        vif.release();
      }
    }
  }

  /** Changes the device whatever the VIF's owner is doing. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes it
  private void race(SoakVif vif) {
    int index = ownIndex(vif, vif.name());
    if (index == 0) {
      return;
    }
    int drawn = random.nextInt(3);
    vif.beginDisturbance(drawn == 0 ? "delete" : drawn == 1 ? "rename" : "set down");
    try {
      LinkRequest link = socket.link();
      tolerantly(
          drawn == 0
              ? link.delete(index)
              : drawn == 1 ? link.set(index).name(otherName(index)) : link.set(index).down());
    } finally {
      vif.endDisturbance();
    }
    actions++;
  }

  /** Changes the device of a VIF that nobody else is at, and says so in its model. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes it
  private void changeClaimed(SoakVif vif, VifState state) throws InterruptedException {
    int observed = vif.observe();
    int index = ownIndex(vif, state.name());
    if (index == 0) {
      violations.add(
          Violation.of(
              Violation.Rule.ACKNOWLEDGED_STATE, vif, state, "no device of its name and alias"));
      return;
    }
    actions++;
    switch (random.nextInt(7)) {
      case 0 -> {
        vif.trace().add("second actor deletes", null);
        socket.execute(socket.link().delete(index));
        vif.know(observed, VifState.ABSENT);
      }
      case 1 -> {
        vif.trace().add("second actor renames", null);
        String name = state.name().equals(vif.name()) ? otherName(index) : vif.name();
        socket.execute(socket.link().set(index).name(name));
        vif.know(observed, state.withName(name));
      }
      case 2 -> {
        vif.trace().add("second actor sets the MTU", null);
        int mtu = state.mtu() < IPV6_MIN_MTU ? CHANGED_MTU_WITHOUT_IPV6 : CHANGED_MTU;
        socket.execute(socket.link().set(index).mtu(mtu));
        vif.know(observed, state.withMtu(mtu));
      }
      case 3 -> {
        vif.trace().add("second actor sets it down", null);
        socket.execute(socket.link().set(index).down());
        vif.know(observed, state.withUp(false));
      }
      case 4 -> {
        vif.trace().add("second actor puts it into a group", null);
        socket.execute(socket.link().set(index).group(USER_GROUP));
        vif.know(observed, state.withGroup(USER_GROUP));
      }
      case 5 -> deletePeer(vif, state, observed);
      default -> unplugWhileOpen(vif, state);
    }
  }

  private void deletePeer(SoakVif vif, VifState state, int observed) {
    if (state.peer() != null) {
      vif.trace().add("second actor deletes the guest's end", null);
      socket.execute(socket.link().delete(state.peer()));
      vif.know(observed, VifState.ABSENT);
    }
  }

  /** Has a tap open, as a hypervisor has, while it is unplugged. */
  private void unplugWhileOpen(SoakVif vif, VifState state) throws InterruptedException {
    if (vif.sort() == PortSort.VETH) {
      return;
    }
    try (Tap tap = Tap.attach(state.name(), TapOptions.plain())) {
      vif.trace().add("second actor has the tap open", tap.name());
      SoakEngine engine = supervisor.current();
      int observed = vif.observe();
      HostSnapshot host = submitter.snapshot(engine);
      if (host == null) {
        return;
      }
      OperationKind kind =
          vif.state() == null ? OperationKind.UNPLUG_UNKNOWN : OperationKind.UNPLUG;
      SoakOperation unplug =
          submitter.choose(engine, () -> chooser.unplug(vif, kind, observed, host));
      if (unplug != null && submitter.offer(engine, unplug)) {
        submitter.conclude(engine, unplug);
      }
    } catch (SystemCallException raced) {
      // Nobody else races while the claim is held but this thread, so the tap must be there.
      violations.unexpected("attach to " + state.name(), raced);
    }
  }

  private static String otherName(int index) {
    return "ren" + index;
  }

  /** The index of the link of that name if it bears the VIF's alias, otherwise 0. */
  private int ownIndex(SoakVif vif, String name) {
    LinkMessage link = new LinkMessage();
    int[] index = new int[1];
    try {
      socket.query(
          socket.link().get(name),
          message -> {
            if (Aliases.of(vif.id()).equals(link.wrap(message).alias())) {
              index[0] = link.index();
            }
          });
    } catch (NetlinkException gone) {
      if (gone.errno() != Errno.ENODEV) {
        throw gone;
      }
    }
    return index[0];
  }

  /** The link may be gone by now, or its new name be that of one that was renamed before. */
  private void tolerantly(LinkRequest request) {
    try {
      socket.execute(request);
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.ENODEV && refused.errno() != Errno.EEXIST) {
        throw refused;
      }
    }
  }
}
