package io.fastvif.benchmarks.soak;

import io.fastvif.bindings.Errno;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.HostSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Fills a bridge, plugs some VIFs more and unplugs all, with a namespace and an engine of its own,
 * which are gone afterwards.
 */
final class BridgeFiller {
  /** Port numbers have ten bits, and 0 is none (BR_PORT_BITS of net/bridge/br_private.h). */
  private static final int BRIDGE_PORTS = 1023;

  private static final int TOO_MANY = 9;
  private static final int LINKS_LEFT = 2; // lo and the bridge
  private static final Planner.Request FULL =
      new Planner.Request("", OperationChooser.bridge(0), true, 1500);

  private final SoakEngine.Factory factory;
  private final Planner planner;
  private final Ledger ledger;
  private final Violations violations;
  private final List<SoakVif> vifs = new ArrayList<>();
  private long episodes;

  BridgeFiller(SoakEngine.Factory factory, Planner planner, Ledger ledger, Violations violations) {
    this.factory = factory;
    this.planner = planner;
    this.ledger = ledger;
    this.violations = violations;
    for (int number = 0; number < BRIDGE_PORTS + TOO_MANY; number++) {
      vifs.add(new SoakVif(number, PortSort.TAP));
    }
  }

  long episodes() {
    return episodes;
  }

  void run() throws InterruptedException {
    try (Netns namespace = Netns.createPrivate();
        EngineSupervisor supervisor =
            new EngineSupervisor(factory, namespace, violations, episodes);
        RouteSocket socket = namespace.call(RouteSocket::open)) {
      Submitter submitter = new Submitter(supervisor, violations, SoakOptions.ANSWER_WITHIN);
      SoakEngine engine = supervisor.current();
      HostSnapshot empty = submitter.snapshot(engine);
      each(
          submitter,
          engine,
          0,
          BRIDGE_PORTS,
          i -> plug(OperationKind.PLUG, vifs.get(i), empty, true));
      HostSnapshot full = submitter.snapshot(engine);
      List<SoakOperation> refused =
          each(
              submitter,
              engine,
              BRIDGE_PORTS,
              vifs.size(),
              i -> plug(OperationKind.FAIL_BRIDGE_FULL, vifs.get(i), full, false));
      for (SoakOperation each : refused) {
        if (each.failure() == null || each.failure().errno() != Errno.EXFULL) {
          violations.add(
              Violation.of(Violation.Rule.OUTCOME, each.vif(), "EXFULL", "" + each.failure()));
        }
      }
      each(
          submitter,
          engine,
          0,
          BRIDGE_PORTS,
          i -> {
            SoakVif vif = vifs.get(i);
            return new SoakOperation(
                ledger,
                vif,
                OperationKind.UNPLUG,
                planner.unplug(vif, full),
                vif.observe(),
                VifState.ABSENT);
          });
      Links left = Links.read(socket);
      if (left.all().size() != LINKS_LEFT) {
        violations.add(
            Violation.of(Violation.Rule.DEVICES, "a bridge that was full", "no ports", left.all()));
      }
    }
    episodes++;
  }

  private List<SoakOperation> each(
      Submitter submitter, SoakEngine engine, int from, int to, IntFunction<SoakOperation> making)
      throws InterruptedException {
    List<SoakOperation> operations = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      SoakOperation operation = making.apply(i);
      if (submitter.offer(engine, operation)) {
        operations.add(operation);
      }
    }
    for (SoakOperation operation : operations) {
      submitter.conclude(engine, operation);
    }
    return operations;
  }

  private SoakOperation plug(
      OperationKind kind, SoakVif vif, HostSnapshot host, boolean providesBridge) {
    Planner.Request request =
        new Planner.Request(vif.name(), FULL.bridge(), providesBridge, FULL.mtu());
    VifState wanted = Planner.plugged(vif, request);
    return new SoakOperation(
        ledger, vif, kind, planner.plug(vif, request, host), vif.observe(), wanted);
  }
}
