package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.forward.bridge.AntiSpoofing;
import io.fastvif.forward.bridge.SwitchPortSettings;
import io.fastvif.forward.bridge.VlanSet;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;
import io.fastvif.vif.IpNetwork;
import io.fastvif.vif.MacAddress;
import io.fastvif.xdp.XdpOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;

/** Two guests that share one end of a veth pair, and a third that has the other end, the card's. */
class UplinkSwitchTest {
  private static final long FEATURES = VirtioFeatures.VERSION_1 | NetFeatures.MRG_RXBUF;
  private static final XdpOptions SMALL = XdpOptions.DEFAULT.withRingSize(64);
  private static final int IPV4 = 0x0800;
  private static final int TAG = 0x8100;
  private static final long A = 0x0200_0000_000aL;
  private static final long B = 0x0200_0000_000bL;
  private static final long FAR = 0x0200_0000_0001L;
  private static final long ALL = 0xffff_ffff_ffffL;

  private final Forwarder forwarder = Forwarder.start(2, Idle.ADAPTIVE);
  private final UplinkSwitch bridge = new UplinkSwitch("v0");
  private final List<PortPair> pairs = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    pairs.forEach(forwarder::disconnect);
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    forwarder.close();
    assertNull(forwarder.failure());
  }

  /** The guest at the far end, which sees what the card sends. */
  private TestVm far() throws Exception {
    Peer ip = Peer.require("ip", "iproute2");
    ip.run("link add v0 type veth peer name v1");
    // Without addresses of their own the host's ends send nothing of themselves.
    ip.run("link set v0 addrgenmode none");
    ip.run("link set v1 addrgenmode none");
    ip.run("link set v0 up");
    ip.run("link set v1 up");
    XdpPort card = XdpPort.open("v0", SMALL);
    open.add(card);
    XdpPort wire = XdpPort.open("v1", SMALL);
    open.add(wire);
    VhostUserPort port = VhostUserPort.toGuest("far", 1);
    TestVm vm = new TestVm(port, FEATURES, 2048, 1);
    open.add(vm);
    pairs.add(forwarder.connect(card, bridge.uplink(card.queues())));
    pairs.add(forwarder.connect(wire, port));
    return vm;
  }

  private TestVm guest(String name, long features, int buffers, SwitchPortSettings settings) {
    VhostUserPort port = VhostUserPort.toGuest(name, 1);
    TestVm vm = new TestVm(port, features, buffers, 3);
    open.add(vm);
    pairs.add(forwarder.connect(port, bridge.port(name, 1, settings)));
    return vm;
  }

  private static SwitchPortSettings guarded(long mac, String ip) {
    return SwitchPortSettings.DEFAULT.withGuard(
        AntiSpoofing.ON, new MacAddress(mac), List.of(new IpNetwork(ip)));
  }

  private static byte[] frame(long to, long from, int length, int number) {
    byte[] frame = new byte[length];
    new Random(number).nextBytes(frame);
    ByteBuffer header = ByteBuffer.wrap(frame);
    header.putShort((short) (to >>> 32)).putInt((int) to);
    header.putShort((short) (from >>> 32)).putInt((int) from);
    header.putShort((short) IPV4);
    return frame;
  }

  private static byte[] tagged(byte[] frame, int tag) {
    ByteBuffer longer = ByteBuffer.allocate(frame.length + 4);
    longer.put(frame, 0, 12).putShort((short) TAG).putShort((short) tag);
    return longer.put(frame, 12, frame.length - 12).array();
  }

  /** The next frame but for what the host's ends of the pair send by themselves. */
  private static byte[] receive(TestVm vm) {
    for (int i = 0; i < 100; i++) {
      byte[] frame = vm.receive();
      int type = ByteBuffer.wrap(frame).getShort(12) & 0xffff;
      if (type == IPV4 || type == TAG) {
        return frame;
      }
    }
    throw new AssertionError("no frame of ours among 100");
  }

  private long dropped(DropReason reason) {
    return forwarder.statistics().flows().stream()
        .mapToLong(flow -> flow.drops().getOrDefault(reason, 0L))
        .sum();
  }

  private void awaitDrop(DropReason reason, long frames) throws Exception {
    Await.until(reason + " " + frames, () -> dropped(reason) >= frames);
    assertEquals(frames, dropped(reason));
  }

  /** One guest has a VLAN, the other has it in a trunk; frames of all sizes, in several pieces. */
  @KernelTest
  void framesOfAVlanPassBetweenGuestsAndTheCard() throws Exception {
    TestVm far = far();
    SwitchPortSettings any = SwitchPortSettings.DEFAULT.withLimits(16, 300, 0, 0);
    TestVm a = guest("a", FEATURES, 1024, any.withVlans(5, VlanSet.NONE));
    TestVm b = guest("b", FEATURES, 1024, any.withVlans(0, VlanSet.read("5-6").orElseThrow()));
    for (int length = 14; length <= 1514; length += 25) {
      byte[] frame = frame(FAR, A, length, length);
      a.send(frame);
      assertArrayEquals(tagged(frame, 5), receive(far));
      byte[] back = frame(A, FAR, length, length + 1);
      far.send(tagged(back, 0x2005));
      assertArrayEquals(back, receive(a));
      byte[] across = frame(A, B, length, length + 2);
      b.send(tagged(across, 5));
      assertArrayEquals(across, receive(a));
      byte[] there = frame(B, A, length, length + 3);
      a.send(there);
      assertArrayEquals(tagged(there, 5), addressed(b, B));
      byte[] wide = frame(ALL, A, length, length + 4);
      a.send(wide);
      assertArrayEquals(tagged(wide, 5), receive(far));
      assertArrayEquals(tagged(wide, 5), receive(b));
    }
    // Longer than what is copied before it is judged.
    for (int length = 2000; length < 20_000; length += 487) {
      byte[] there = frame(B, A, length, length);
      a.send(there);
      assertArrayEquals(tagged(there, 5), receive(b));
      byte[] across = frame(A, B, length, length + 1);
      b.send(tagged(across, 0xe005));
      assertArrayEquals(across, receive(a));
    }
    b.send(tagged(frame(A, B, 60, 1), 7));
    a.send(tagged(frame(B, A, 60, 2), 5));
    far.send(tagged(frame(A, FAR, 60, 3), 4095));
    awaitDrop(DropReason.WRONG_VLAN, 3);
    assertEquals(pairs.get(0).loops(), pairs.get(2).loops());
    assertEquals(pairs.get(0).loops(), pairs.get(3).loops());
  }

  /** What was flooded to a port before its address was known is left out. */
  private static byte[] addressed(TestVm vm, long address) {
    byte[] frame = receive(vm);
    for (int i = 0; i < 10 && frame[5] != (byte) address; i++) {
      frame = receive(vm);
    }
    return frame;
  }

  @KernelTest
  void guardedGuestsSendFromTheirOwnAddresses() throws Exception {
    TestVm far = far();
    TestVm a = guest("a", FEATURES | NetFeatures.CSUM, 2048, guarded(A, "10.0.0.2"));
    TestVm b = guest("b", FEATURES, 2048, guarded(B, "10.0.0.3").withVlans(9, VlanSet.NONE));
    byte[] udp = UdpFrame.toHost(UdpFrame.payload(300), false);
    ByteBuffer.wrap(udp).putShort(6, (short) (A >>> 32)).putInt(8, (int) A);
    for (int i = 0; i < 50; i++) {
      a.send(UdpFrame.UNFINISHED, UdpFrame.CHECKSUM_OFFSET, udp);
      assertTrue(UdpFrame.hasChecksum(receive(far), 0));
    }
    byte[] spoofed = udp.clone();
    spoofed[11] ^= 1;
    a.send(0, 0, spoofed);
    awaitDrop(DropReason.SPOOFED_MAC, 1);
    spoofed = udp.clone();
    spoofed[29] ^= 1;
    a.send(0, 0, spoofed);
    awaitDrop(DropReason.SPOOFED_ADDRESS, 1);
    a.send(0, 0, new byte[13]);
    awaitDrop(DropReason.TOO_SHORT, 1);
    byte[] fromB = udp.clone();
    ByteBuffer.wrap(fromB).putShort(6, (short) (B >>> 32)).putInt(8, (int) B);
    b.send(fromB);
    awaitDrop(DropReason.SPOOFED_ADDRESS, 2);
    // To an unknown address in a VLAN in which others' are known: nobody but the card gets it.
    far.send(frame(0x0200_0000_0077L, FAR, 60, 1));
    awaitDrop(DropReason.NO_RECEIVER, 1);
    far.send(frame(A, FAR, 60, 2));
    assertArrayEquals(frame(A, FAR, 60, 2), receive(a));
    assertNull(b.poll());
  }

  /** A tag goes before the bytes that are summed up, so the place of the sum moves. */
  @KernelTest
  void checksumsAreCompletedBehindATag() throws Exception {
    TestVm far = far();
    SwitchPortSettings five = SwitchPortSettings.DEFAULT.withVlans(5, VlanSet.NONE);
    TestVm a = guest("a", FEATURES | NetFeatures.CSUM, 2048, five);
    TestVm b =
        guest(
            "b",
            FEATURES | NetFeatures.GUEST_CSUM,
            2048,
            SwitchPortSettings.DEFAULT.withVlans(0, VlanSet.read("5").orElseThrow()));
    for (int i = 1; i < 1450; i += 99) {
      byte[] udp = UdpFrame.toHost(UdpFrame.payload(i), false);
      udp[0] = -1; // a multicast
      a.send(UdpFrame.UNFINISHED, UdpFrame.CHECKSUM_OFFSET, udp);
      byte[] frame = receive(far);
      assertEquals(TAG, ByteBuffer.wrap(frame).getShort(12) & 0xffff);
      byte[] untagged = tail(frame);
      assertTrue(UdpFrame.hasChecksum(untagged, 0), "of " + i);
      byte[] unfinished = b.receiveWithHeader();
      ByteBuffer header = ByteBuffer.wrap(unfinished).order(java.nio.ByteOrder.LITTLE_ENDIAN);
      assertEquals(1, header.get(0));
      assertEquals(38, header.getShort(6));
      assertArrayEquals(tagged(udp, 5), Arrays.copyOfRange(unfinished, 12, unfinished.length));
    }
  }

  private static byte[] tail(byte[] tagged) {
    ByteBuffer frame = ByteBuffer.allocate(tagged.length - 4);
    return frame.put(tagged, 0, 12).put(tagged, 16, tagged.length - 16).array();
  }

  /** One guest takes nothing, another sends from random addresses; two others notice nothing. */
  @KernelTest
  void hostileGuestsHoldUpNobody() throws Exception {
    TestVm far = far();
    TestVm a = guest("a", FEATURES, 2048, SwitchPortSettings.DEFAULT);
    TestVm stuck = guest("stuck", FEATURES, 2048, guarded(B, "10.0.0.3"));
    TestVm hostile =
        guest("hostile", FEATURES, 2048, SwitchPortSettings.DEFAULT.withLimits(4, 300, 50, 50));
    a.send(frame(FAR, A, 60, 0));
    assertNotNull(receive(far));
    far.send(frame(A, FAR, 60, 0));
    assertNotNull(receive(a));
    Random random = new Random(1);
    int sent = 0;
    for (int i = 0; i < 20_000; i++) {
      long mac = (random.nextLong() & 0x00ff_ffff_ffffL) | 0x0600_0000_0000L;
      sent += hostile.offer(0, 0, frame(i % 2 == 0 ? B : ALL, mac, 60, i)) ? 1 : 0;
      if (i % 100 == 0) {
        far.send(frame(A, FAR, 60, i));
        assertArrayEquals(frame(A, FAR, 60, i), fromFar(a));
      }
    }
    assertTrue(sent > 1000, "sent " + sent);
    long refused = sent - 4L;
    Await.until("they are refused", () -> dropped(DropReason.MAC_LIMIT) >= refused - 4);
    for (int i = 0; i < 3 * TestVm.RING; i++) {
      far.send(frame(B, FAR, 60, i));
      far.send(frame(A, FAR, 60, i));
      assertArrayEquals(frame(A, FAR, 60, i), fromFar(a));
    }
    Await.until("it is full", () -> dropped(DropReason.NO_BUFFERS) > 0);
    assertNotNull(stuck.poll());
  }

  /** But for broadcasts of the hostile one. */
  private static byte[] fromFar(TestVm vm) {
    byte[] frame = receive(vm);
    for (int i = 0; i < 100 && frame[11] != (byte) FAR; i++) {
      frame = receive(vm);
    }
    return frame;
  }

  /** The frames of a guest that is gone go to the card; when it is back they come to it. */
  @KernelTest
  void addressOfAGuestThatIsNotRunningIsElsewhere() throws Exception {
    TestVm far = far();
    TestVm a = guest("a", FEATURES, 2048, SwitchPortSettings.DEFAULT);
    TestVm b = guest("b", FEATURES, 2048, guarded(B, "10.0.0.3"));
    a.send(frame(B, A, 60, 1));
    assertArrayEquals(frame(B, A, 60, 1), receive(b));
    int[] bases = b.stop();
    a.send(frame(B, A, 60, 2));
    assertArrayEquals(frame(B, A, 60, 2), receive(far));
    b.start(bases);
    a.send(frame(B, A, 60, 3));
    assertArrayEquals(frame(B, A, 60, 3), receive(b));
    forwarder.disconnect(pairs.removeLast());
    a.send(frame(B, A, 60, 4));
    assertArrayEquals(frame(B, A, 60, 4), receive(far));
  }
}
