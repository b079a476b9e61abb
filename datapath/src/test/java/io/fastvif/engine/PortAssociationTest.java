package io.fastvif.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FailureKind;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.LowerLink;
import io.fastvif.plan.MacvtapMode;
import io.fastvif.plan.MacvtapStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.SnapshotBuilder;
import io.fastvif.plan.Step;
import io.fastvif.plan.WaitingStep;
import io.fastvif.plugin.PluginOptions;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.direct.DirectPlugin;
import io.fastvif.portprofile.PortRefusedException;
import io.fastvif.testing.Links;
import io.fastvif.vif.DirectMode;
import io.fastvif.vif.InstanceInfo;
import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import io.fastvif.vif.PortProfile8021Qbh;
import io.fastvif.vif.VifDirect;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the engine does of the plugin direct's plans for a VIF with a profile of 802.1Qbh. */
class PortAssociationTest {
  private static final String ID = "cd613e30-d8f1-4adf-91b7-584a2265b1f5";
  private static final String ASSOCIATE = "associate port profile enterprise on eth0";
  private static final String DISASSOCIATE = "dis" + ASSOCIATE;
  private static final String MAKE_FILE = "make the device file of tap0 in /dev";
  private static final String REMOVE_FILE = "remove the device file of tap0 from /dev";
  private static final String SET_DOWN = "set eth0: down, if nothing lies on it alias \"\"";
  private static final PciAddress DEVICE = PciAddress.parse("0000:03:00.0");
  private static final MacAddress MAC = MacAddress.parse("fa:16:3e:20:82:3c");
  private static final InstanceInfo INSTANCE =
      InstanceInfo.builder().uuid("5d01885b-c3bf-4db6-9d3c-7b2bd3f1a5c3").build();

  private final FakeKernel kernel = new FakeKernel();
  private final List<String> performed = Collections.synchronizedList(new ArrayList<>());
  private final PlugEngine engine = PlugEngine.builder().transport(() -> kernel).build().start();
  private final VifPlugin plugin =
      new DirectPlugin.Factory().create(new PluginOptions("direct", Map.of()));
  private final VifDirect vif =
      VifDirect.builder()
          .id(ID)
          .address(MAC)
          .plugin("direct")
          .vifName("tap0")
          .devAddress(DEVICE)
          .mode(DirectMode.VEPA)
          .portProfile(PortProfile8021Qbh.builder().profileId("enterprise").build())
          .build();
  private FakeKernel.Link device;

  @BeforeEach
  void record() {
    device = kernel.add("eth0");
    kernel.slow = step -> performed.add(step.toString());
  }

  @AfterEach
  void close() {
    assertTrue(engine.close(Duration.ofSeconds(60)));
  }

  private SnapshotBuilder host() {
    return new SnapshotBuilder().link(Links.link(device.index, "eth0", "").on(null, DEVICE));
  }

  private PlugResult plug() throws Exception {
    return submit(plugin.plug(vif, INSTANCE, host().build()));
  }

  private PlugResult unplug() throws Exception {
    FakeKernel.Link macvtap = kernel.add("tap0");
    macvtap.alias = Aliases.of(ID);
    SnapshotBuilder host =
        host()
            .link(
                Links.up(
                        Links.link(macvtap.index, "tap0", "macvtap"),
                        macvtap.alias,
                        1500,
                        MAC.toString(),
                        0,
                        false)
                    .on(new LowerLink(device.index, 0, MacvtapMode.VEPA), null));
    return submit(plugin.unplug(vif, INSTANCE, host.build()));
  }

  private PlugResult submit(PlugPlan plan) throws Exception {
    return engine.submit(plan).orElseThrow().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Records all steps; does this in place of the first of a kind. */
  private void instead(Class<? extends Step> kind, FakeKernel.SlowAnswer answer) {
    kernel.slow =
        step -> {
          performed.add(step.toString());
          return !kind.isInstance(step) || answer.perform(step);
        };
  }

  @Test
  void isMadeWhileTheMacvtapIsDown() throws Exception {
    boolean[] up = {true, false};
    instead(
        WaitingStep.AssociatePort.class,
        step -> {
          synchronized (kernel) {
            up[0] = kernel.links.get("tap0").up;
            up[1] = device.up;
          }
          return true;
        });
    assertEquals(Outcome.PLUGGED, plug().outcome());
    assertEquals(List.of(MAKE_FILE, ASSOCIATE), performed);
    assertFalse(up[0], "the macvtap was up");
    assertTrue(up[1], "the device was down");
    assertTrue(kernel.links.get("tap0").up);
  }

  @Test
  void ifTheSwitchRefusesNothingStays() throws Exception {
    instead(
        WaitingStep.AssociatePort.class,
        step -> {
          throw new PortRefusedException(
              FailureKind.OTHER, "the switch refused: invalid port profile");
        });
    PlugResult result = plug();
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals(
        "VIF " + ID + ": " + ASSOCIATE + ": the switch refused: invalid port profile",
        result.failure().message());
    assertEquals(List.of(MAKE_FILE, ASSOCIATE, REMOVE_FILE, SET_DOWN), performed);
    assertEquals(List.of("eth0"), List.copyOf(kernel.links.keySet()));
  }

  @Test
  void isTakenBackIfTheMacvtapDoesNotComeUp() throws Exception {
    instead(
        WaitingStep.AssociatePort.class,
        step -> {
          synchronized (kernel) {
            kernel.links.remove("tap0");
          }
          return true;
        });
    PlugResult result = plug();
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals("set tap0: up", result.failure().step());
    assertEquals(List.of(MAKE_FILE, ASSOCIATE, DISASSOCIATE, REMOVE_FILE, SET_DOWN), performed);
  }

  @Test
  void thatTheDriverHadBeforeStaysIfTheMacvtapDoesNotComeUp() throws Exception {
    instead(
        WaitingStep.AssociatePort.class,
        step -> {
          synchronized (kernel) {
            kernel.links.remove("tap0");
          }
          return false;
        });
    assertEquals(Outcome.FAILED, plug().outcome());
    assertEquals(List.of(MAKE_FILE, ASSOCIATE, REMOVE_FILE, SET_DOWN), performed);
  }

  @Test
  void isTakenBackBeforeTheMacvtapGoes() throws Exception {
    assertEquals(Outcome.UNPLUGGED, unplug().outcome());
    assertEquals(List.of(DISASSOCIATE, REMOVE_FILE), performed);
    assertFalse(kernel.links.containsKey("tap0"));
  }

  @Test
  void isMadeAgainIfTheMacvtapCannotGo() throws Exception {
    instead(
        MacvtapStep.RemoveTapFile.class,
        step -> {
          throw new IOException("read-only file system");
        });
    PlugResult result = unplug();
    assertEquals(Outcome.FAILED, result.outcome());
    assertEquals(List.of(DISASSOCIATE, REMOVE_FILE, ASSOCIATE), performed);
    assertTrue(kernel.links.containsKey("tap0"));
  }
}
