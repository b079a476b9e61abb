package io.fastvif.plugin.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.engine.Faults;
import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.netns.Netns;
import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What hangs on an uplink is on its bridge afterwards, or where it was. */
class UplinkMoveTest {
  /** Odd, so that half of those killed are unplugged. */
  private static final int KILL_EVERY = Integer.getInteger("fastvif.kill-every", 3);

  private int first;

  /** Of a case of {@link UplinkCases}, in a namespace of its own. */
  private interface Trial {
    void run(String name, String commands) throws Exception;
  }

  private static void each(Trial trial) throws Exception {
    List<String> failures = new ArrayList<>();
    for (Map.Entry<String, String> one : UplinkCases.all().entrySet()) {
      try (Netns namespace = Netns.createPrivate()) {
        namespace.call(
            () -> {
              try {
                trial.run(one.getKey(), one.getValue());
              } catch (AssertionError failure) {
                failures.add(one.getKey() + ": " + failure.getMessage());
              }
              return null;
            });
      }
    }
    assertEquals(List.of(), failures);
  }

  @KernelTest
  void everythingIsOnTheBridgeWithAllItsAttributes() throws Exception {
    each(
        (name, commands) -> {
          UplinkHost host = new UplinkHost(commands);
          String before = host.hanging();
          assertTrue(before.contains("10.") || before.contains("2001:"), before);
          UplinkHost.assertDone(Outcome.PLUGGED, UplinkHost.plug(Faults.none()));
          host.assertMoved(before, name);
          UplinkHost.assertDone(Outcome.UNCHANGED, UplinkHost.plug(Faults.none()));
          host.assertMoved(before, name + ", plugged again");
          UplinkHost.assertDone(Outcome.UNCHANGED, UplinkHost.unplug(Faults.none()));
          host.assertMoved(before, name + ", unplugged: it stays, as with os-vif");
        });
  }

  @KernelTest
  void aPlugThatFailsLaterLeavesTheUplinkAsItWas() throws Exception {
    HostStateReader reader = new HostStateReader();
    each(
        (name, commands) -> {
          UplinkHost host = new UplinkHost(commands + "link add tap0 type veth peer name other\n");
          HostState before = reader.readSettled();
          PlugResult failed =
              UplinkHost.plug(
                  Faults.none(), UplinkHost.VIF, Map.of("linux_bridge.create_port", "tap"));
          UplinkHost.assertDone(Outcome.FAILED, failed);
          assertEquals(List.of(), failed.failure().leftBehind());
          before.assertUnchanged(name, reader);
          assertNotEquals(List.of(), host.hangingOn("eth1"));
        });
  }

  /**
   * From each half-done move, plugging again ends it, and so does unplugging, one way or the other.
   * Every third move of each uplink, another third for each; {@code -Dfastvif.kill-every=1} for
   * all.
   */
  @KernelTest
  void aMoveThatWasKilledAnywhereIsEnded() throws Exception {
    each(
        (name, commands) -> {
          String before = null;
          boolean struck = true;
          for (int change = 1 + first++ % KILL_EVERY; struck; change += KILL_EVERY) {
            Faults fault = Faults.killAt(change);
            String what = name + ", killed at " + change;
            boolean unplugs = change % 2 == 0;
            try (Netns namespace = Netns.createPrivate()) {
              before = namespace.call(() -> killAndPlug(commands, fault, unplugs, what));
            }
            struck = fault.struck();
          }
          assertTrue(before != null, name);
        });
  }

  private static String killAndPlug(String commands, Faults fault, boolean unplugs, String what)
      throws Exception {
    UplinkHost host = new UplinkHost(commands);
    String before = host.hanging();
    UplinkHost.plug(fault);
    if (unplugs) {
      UplinkHost.unplug(Faults.none());
      boolean moved = host.hangingOn("eth1").isEmpty();
      assertEquals(before, host.hanging(), what + ", unplugged");
      assertEquals(List.of(), host.hangingOn(moved ? "eth1" : "br0"), what + ", unplugged");
    }
    PlugResult again = UplinkHost.plug(Faults.none());
    assertTrue(again.failure() == null, () -> what + ": " + again.failure().message());
    host.assertMoved(before, what);
    return before;
  }

  @KernelTest
  void aMoveThatIsRefusedAnywhereIsUndone() throws Exception {
    HostStateReader reader = new HostStateReader();
    each(
        (name, commands) -> {
          UplinkHost host = new UplinkHost(commands);
          HostState before = reader.readSettled();
          String hanging = host.hanging();
          boolean struck = true;
          for (int change = 1; struck; change++) {
            Faults fault = Faults.refuseAt(change);
            PlugResult result = UplinkHost.plug(fault);
            struck = fault.struck();
            if (struck) {
              UplinkHost.assertDone(Outcome.FAILED, result);
              assertEquals(List.of(), result.failure().leftBehind(), name + " at " + change);
              before.assertUnchanged(name + ", refused at " + change, reader);
            }
          }
          host.assertMoved(hanging, name);
        });
  }
}
