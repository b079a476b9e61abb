package io.fastvif.benchmarks.soak;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.PlugPlan;
import io.fastvif.vif.InvalidInputException;
import java.util.SplittableRandom;

/** Draws what is done next to a VIF, from what is known of it. Of one thread. */
final class OperationChooser {
  /** A tap of somebody else's, which nothing may touch. */
  static final String FOREIGN = "foreign0";

  /** From below what IPv6 needs to jumbo frames. */
  private static final int[] MTUS = {576, 1400, 1450, 1500, 9000};

  private static final int PERCENT = 100;

  private final Planner planner;
  private final Ledger ledger;
  private final SplittableRandom random;

  OperationChooser(Planner planner, Ledger ledger, SplittableRandom random) {
    this.planner = planner;
    this.ledger = ledger;
    this.random = random;
  }

  /** A bridge that only a plug of the VIF makes. */
  static String newBridge(SoakVif vif) {
    return "nb" + vif.number();
  }

  static String bridge(int number) {
    return "br" + number;
  }

  /**
   * Draws an operation.
   *
   * @param observed the VIF's disturbance count from before the host was read
   */
  SoakOperation choose(SoakVif vif, int observed, HostSnapshot host) {
    VifState state = vif.isUndisturbedSince(observed) ? vif.state() : null;
    if (state == null) {
      return unplug(vif, OperationKind.UNPLUG_UNKNOWN, observed, host);
    }
    if (!state.isPresent()) {
      return whenAbsent(vif, observed, host);
    }
    if (!state.name().equals(vif.name())) {
      return whenRenamed(vif, state, observed, host);
    }
    return whenPresent(vif, state, observed, host);
  }

  /** The same plan once more. */
  SoakOperation again(SoakOperation first) {
    OperationKind kind =
        first.kind() == OperationKind.PLUG ? OperationKind.PLUG_TWICE : OperationKind.UNPLUG_TWICE;
    return first.again(kind);
  }

  private SoakOperation whenAbsent(SoakVif vif, int observed, HostSnapshot host) {
    int drawn = random.nextInt(PERCENT);
    if (drawn < 75) {
      return plug(
          vif, OperationKind.PLUG, request(vif.name(), anyBridge(), anyMtu()), observed, host);
    }
    if (drawn < 85) {
      return unplug(vif, OperationKind.UNPLUG_GONE, observed, host);
    }
    boolean bridged = vif.sort().isOnBridge();
    return switch (random.nextInt(bridged ? 5 : 2)) {
      case 0 ->
          failing(
              vif,
              OperationKind.FAIL_MTU,
              request(vif.name(), anyBridge(), Planner.IMPOSSIBLE_MTU),
              observed,
              host);
      case 1 ->
          failing(
              vif,
              OperationKind.FAIL_NAME_TAKEN,
              request(FOREIGN, anyBridge(), anyMtu()),
              observed,
              host);
      case 2 -> noBridge(vif, observed, host);
      case 3 ->
          failing(
              vif,
              OperationKind.FAIL_NOT_A_BRIDGE,
              new Planner.Request(vif.name(), FOREIGN, false, anyMtu()),
              observed,
              host);
      default ->
          failing(
              vif,
              OperationKind.FAIL_NEW_BRIDGE,
              request(vif.name(), newBridge(vif), Planner.IMPOSSIBLE_MTU),
              observed,
              host);
    };
  }

  private SoakOperation whenRenamed(SoakVif vif, VifState state, int observed, HostSnapshot host) {
    if (random.nextInt(PERCENT) < 30) {
      Planner.Request same = request(vif.name(), state.bridge(), state.mtu());
      try {
        PlugPlan plan = planner.plug(vif, same, host);
        return new SoakOperation(ledger, vif, OperationKind.PLUG_RENAMED, plan, observed, null);
      } catch (InvalidInputException refused) {
        if (!refused.isUntilUnplugged()) {
          throw refused;
        } // of a pair, whose guest's end is in the way
      }
    }
    return unplug(vif, OperationKind.UNPLUG, observed, host);
  }

  private SoakOperation whenPresent(SoakVif vif, VifState state, int observed, HostSnapshot host) {
    int drawn = random.nextInt(PERCENT);
    if (drawn < 25) {
      return unplug(vif, OperationKind.UNPLUG, observed, host);
    }
    if (drawn < 75) {
      OperationKind kind = state.up() ? OperationKind.REPLUG : OperationKind.REPAIR;
      return plug(vif, kind, request(vif.name(), state.bridge(), state.mtu()), observed, host);
    }
    if (drawn < 90) {
      String bridge = random.nextBoolean() ? state.bridge() : anyBridge();
      Planner.Request other = request(vif.name(), bridge, otherMtu(state));
      return plug(vif, OperationKind.CHANGE, other, observed, host);
    }
    return switch (random.nextInt(vif.sort().isOnBridge() ? 3 : 1)) {
      case 0 ->
          failing(
              vif,
              OperationKind.FAIL_MTU,
              request(vif.name(), state.bridge(), Planner.IMPOSSIBLE_MTU),
              observed,
              host);
      case 1 -> noBridge(vif, observed, host);
      default ->
          failing(
              vif,
              OperationKind.FAIL_HALF_WAY,
              new Planner.Request(vif.name(), FOREIGN, false, otherMtu(state)),
              observed,
              host);
    };
  }

  private SoakOperation noBridge(SoakVif vif, int observed, HostSnapshot host) {
    Planner.Request request = new Planner.Request(vif.name(), "nobridge", false, anyMtu());
    return failing(vif, OperationKind.FAIL_NO_BRIDGE, request, observed, host);
  }

  private static Planner.Request request(String name, String bridge, int mtu) {
    return new Planner.Request(name, bridge, true, mtu);
  }

  private SoakOperation plug(
      SoakVif vif, OperationKind kind, Planner.Request request, int observed, HostSnapshot host) {
    VifState before = vif.state();
    VifState wanted = Planner.plugged(vif, request);
    if (before != null && before.isPresent()) {
      wanted = wanted.withGroup(before.group());
    }
    PlugPlan plan = planner.plug(vif, request, host);
    return new SoakOperation(ledger, vif, kind, plan, observed, wanted);
  }

  private SoakOperation failing(
      SoakVif vif, OperationKind kind, Planner.Request request, int observed, HostSnapshot host) {
    PlugPlan plan = planner.plug(vif, request, host);
    return new SoakOperation(ledger, vif, kind, plan, observed, vif.state());
  }

  SoakOperation unplug(SoakVif vif, OperationKind kind, int observed, HostSnapshot host) {
    PlugPlan plan = planner.unplug(vif, host);
    return new SoakOperation(ledger, vif, kind, plan, observed, VifState.ABSENT);
  }

  private String anyBridge() {
    return bridge(random.nextInt(SoakOptions.BRIDGES));
  }

  private int anyMtu() {
    return MTUS[random.nextInt(MTUS.length)];
  }

  private int otherMtu(VifState state) {
    int mtu = anyMtu();
    while (mtu == state.mtu()) {
      mtu = anyMtu();
    }
    return mtu;
  }
}
