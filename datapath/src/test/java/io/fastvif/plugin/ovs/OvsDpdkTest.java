package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.engine.OvsSettings;
import io.fastvif.engine.PlugEngine;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plugin.VifPlugin;
import io.fastvif.plugin.VifPlugins;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.OvsHost;
import io.fastvif.vhostuser.FrontendGuest;
import io.fastvif.vhostuser.session.FrontendListener;
import io.fastvif.vhostuser.session.ListenOptions;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.VhostUserMode;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifVhostUser;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/**
 * VIFVHostUsers on an Open vSwitch with DPDK, whose ports are real: of type dpdkvhostuser, to which
 * a guest's frontend connects, and dpdkvhostuserclient, for which it listens. fastvif's frontend is
 * at the other end of both, and frames go through the bridge between them.
 */
class OvsDpdkTest {
  private static final long PATIENCE_MILLIS = 120_000;
  private static final int ADDRESSES = 12;
  private static final int FRAMES = 2_000;

  @TempDir Path folder;
  private final Random random = new Random(17);
  private final VifPlugins plugins =
      VifPlugins.installed(
          Map.of(
              "ovs.default_qos_type", "",
              "ovs.wait_for", "vswitchd"));

  private void run(PlugEngine engine, boolean plug, Vif vif) throws Exception {
    VifPlugin plugin = plugins.of(vif);
    PlugPlan plan =
        plug
            ? plugin.plug(vif, null, engine.snapshot())
            : plugin.unplug(vif, null, engine.snapshot());
    PlugResult result =
        engine.submit(plan).orElseThrow().toCompletableFuture().get(240, TimeUnit.SECONDS);
    assertNull(result.failure(), () -> result.failure().message());
  }

  private VifVhostUser vif(int number, VhostUserMode mode) {
    return VifVhostUser.builder()
        .id(OvsVifs.id(number))
        .address(OvsVifs.mac(number))
        .plugin("ovs")
        .vifName("vhu" + number)
        .path(folder.resolve("guest" + number).toString())
        .mode(mode)
        .network(OvsVifs.network("br-int"))
        .portProfile(OvsVifs.profile(number).build())
        .build();
  }

  /** A frame to the other, of a type that nobody understands. */
  private byte[] frame(int from, int to) {
    byte[] frame = new byte[60 + random.nextInt(1400)];
    random.nextBytes(frame);
    for (int i = 0; i < 6; i++) {
      frame[i] = (byte) (OvsVifs.mac(to).value() >>> (8 * (5 - i)));
      frame[i + 6] = (byte) (OvsVifs.mac(from).value() >>> (8 * (5 - i)));
    }
    frame[ADDRESSES] = (byte) 0x88;
    frame[ADDRESSES + 1] = (byte) 0xb5;
    return frame;
  }

  /** Of the guest's own type: the bridge may have other frames for all. */
  private static byte[] receive(FrontendGuest guest) {
    for (byte[] frame = guest.poll(); frame != null; frame = guest.poll()) {
      if (frame[ADDRESSES] == (byte) 0x88 && frame[ADDRESSES + 1] == (byte) 0xb5) {
        return frame;
      }
    }
    return null;
  }

  /** Until the bridge forwards, frames are lost; what comes then is thrown away. */
  private void awaitBridge(FrontendGuest from, FrontendGuest to, byte[] frame) throws Exception {
    Await.until(
        "a frame through the bridge",
        () -> {
          from.send(frame);
          return receive(to) != null;
        });
    long quiet = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
    while (System.nanoTime() < quiet) {
      if (receive(to) != null) {
        quiet = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
      }
    }
  }

  private void exchange(FrontendGuest from, FrontendGuest to, int one, int other) throws Exception {
    awaitBridge(from, to, frame(one, other));
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = frame(one, other);
      assertTrue(from.send(frame));
      byte[][] came = new byte[1][];
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
      while (came[0] == null) {
        came[0] = receive(to);
        assertTrue(System.nanoTime() < end, "frame " + i + " did not come");
      }
      assertArrayEquals(frame, came[0]);
    }
  }

  /** Its file is there before Open vSwitch listens. */
  private static VhostUserFrontend connected(Path socket) throws Exception {
    VhostUserFrontend[] frontend = new VhostUserFrontend[1];
    Await.until(
        "the port's socket",
        () -> {
          try {
            frontend[0] = VhostUserFrontend.connect(socket.toString(), PATIENCE_MILLIS);
            return true;
          } catch (SystemCallException notYet) {
            return false;
          }
        });
    return frontend[0];
  }

  private void withGuests(long features) throws Exception {
    VifVhostUser connects = vif(1, VhostUserMode.CLIENT);
    VifVhostUser listens = vif(2, VhostUserMode.SERVER);
    try (OvsHost ovs = OvsHost.startWithDpdk(folder.resolve("ovs"));
        PlugEngine engine =
            PlugEngine.builder().ovs(OvsSettings.of(ovs.address())).build().start();
        FrontendListener listener = FrontendListener.open(ListenOptions.of(listens.path().get()))) {
      run(engine, true, connects);
      run(engine, true, listens);
      for (String line : ovs.list("Interface", "name,type,error")) {
        if (line.startsWith("vhu")) {
          assertTrue(line.matches("vhu[^,]*,dpdkvhostuser(client)?,"), line);
        }
      }
      assertEquals(
          2, ovs.list("Interface", "name").stream().filter(name -> name.startsWith("vhu")).count());
      Path socket = ovs.folder().resolve(OvsNames.vhostUser(connects.id().get()));
      try (FrontendGuest one = new FrontendGuest(connected(socket), features);
          FrontendGuest two = new FrontendGuest(listener.accept(PATIENCE_MILLIS), features)) {
        exchange(one, two, 1, 2);
        exchange(two, one, 2, 1);
      }
      run(engine, false, connects);
      run(engine, false, listens);
      assertEquals(
          0, ovs.list("Interface", "name").stream().filter(name -> name.startsWith("vhu")).count());
    }
  }

  @KernelTest
  void framesPassTheBridgeBetweenPortsOfBothTypes() throws Exception {
    withGuests(VirtioFeatures.VERSION_1);
  }

  @KernelTest
  void packedRingsToo() throws Exception {
    withGuests(VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED);
  }
}
