package io.fastvif.vhostuser;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Signal;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.DriverQueue;
import io.fastvif.vhostuser.virtqueue.RawMemory;
import io.fastvif.vhostuser.virtqueue.TestGuest;
import io.fastvif.vhostuser.virtqueue.TestRing;
import io.fastvif.vhostuser.virtqueue.VirtioFeatures;

/** A guest with one queue pair behind fastvif's frontend, for a backend of another program. */
public final class FrontendGuest implements AutoCloseable {
  static final int SIZE = 256;
  private static final int BUFFER = 2048;
  private static final int HEADER = 12;

  /** Bytes; the rings and buffers are in the first of two regions. */
  private static final int MEMORY = 2 << 20;

  final TestGuest memory = TestGuest.sealable(MEMORY);
  private final VhostUserFrontend frontend;
  TestRing receive;
  TestRing transmit;
  Signal kick;
  Signal call;
  private final long[] receiveBuffers = new long[SIZE];
  private final long[] transmitBuffers = new long[SIZE];
  private long sent;

  /** Negotiates and starts the rings; the frontend is closed with the guest. */
  public FrontendGuest(VhostUserFrontend frontend, long wanted) {
    this(frontend, wanted, Signal.eventfd(), Signal.eventfd());
  }

  /** The same with other descriptors, which are closed with the guest. */
  public FrontendGuest(VhostUserFrontend frontend, long wanted, Signal kick, Signal call) {
    this.frontend = frontend;
    this.kick = kick;
    this.call = call;
    try {
      negotiate(wanted);
    } catch (RuntimeException | Error e) {
      release();
      throw e;
    }
  }

  /** One whose frontend has said nothing yet, and says what it is told to. */
  static FrontendGuest silent(VhostUserFrontend frontend) {
    return new FrontendGuest(frontend);
  }

  private FrontendGuest(VhostUserFrontend frontend) {
    this.frontend = frontend;
    kick = Signal.eventfd();
    call = Signal.eventfd();
  }

  /** Makes rings as a driver does that begins, with buffers to receive into. */
  void makeRingsAndBuffers(long features) {
    makeRings(features);
    for (int i = 0; i < SIZE; i++) {
      transmitBuffers[i] = memory.allocate(BUFFER, 64);
      give(memory.allocate(BUFFER, 64));
    }
    receive.driver().publish();
  }

  private void negotiate(long wanted) {
    long features = frontend.getFeatures() & (wanted | VirtioFeatures.VERSION_1);
    assertTrue((features & wanted) == wanted, "offered: " + Long.toHexString(features));
    long protocol = frontend.getProtocolFeatures();
    frontend.setProtocolFeatures(
        protocol & ProtocolFeature.bits(ProtocolFeature.REPLY_ACK, ProtocolFeature.MQ));
    frontend.setOwner();
    setUp(features);
  }

  /**
   * Sets the device up, as a hypervisor does when the guest's driver starts it: also again, after
   * the driver has reset it and has let its rings and buffers go.
   */
  public void setUp(long features) {
    makeRingsAndBuffers(features);
    start(features);
  }

  /** The same without buffers to receive into, as long as nobody can see the guest's memory. */
  public void setUpEmpty(long features) {
    makeRings(features);
    start(features);
  }

  private void makeRings(long features) {
    memory.freeAll();
    receive = memory.ring(SIZE, features, true);
    transmit = memory.ring(SIZE, features, false);
  }

  /** Says to a ring that goes on that it begins. */
  public void startAtBeginning(int index) {
    start(index, index == 0 ? receive : transmit);
  }

  private void start(long features) {
    frontend.setFeatures(features | 1L << DeviceFeature.PROTOCOL_FEATURES);
    frontend.setMemory(memory.regions(), memory.descriptors());
    start(0, receive);
    start(1, transmit);
    frontend.setEnabled(0, true);
    frontend.setEnabled(1, true);
  }

  /** Fills all its memory with a number, as if it were used for other things. */
  public void scribble(int number) {
    for (long at = 0; at < MEMORY; at++) {
      RawMemory.putByte(memory.host(TestGuest.GUEST_BASE + at), number);
    }
  }

  /** Whether all its memory is full of that number still. */
  public boolean isScribbled(int number) {
    for (long at = 0; at < MEMORY; at++) {
      if ((byte) RawMemory.getByte(memory.host(TestGuest.GUEST_BASE + at)) != (byte) number) {
        return false;
      }
    }
    return true;
  }

  private void start(int index, TestRing ring) {
    start(index, ring, ring.freshBase());
    frontend.setCall(index, call.writer().value());
  }

  private void start(int index, TestRing ring, int base) {
    frontend.setSize(index, SIZE);
    frontend.setBase(index, base);
    frontend.setAddresses(
        new RingAddresses(
            index,
            0,
            TestGuest.user(ring.descriptors()),
            TestGuest.user(ring.deviceArea()),
            TestGuest.user(ring.driverArea()),
            0));
    frontend.setKick(index, kick.reader().value());
  }

  /** Stops the rings, as for a guest that is stopped; where they are. */
  public int[] stop() {
    return new int[] {frontend.stop(0), frontend.stop(1)};
  }

  /** Starts them again there, with the call descriptor that they have had. */
  public void start(int[] bases) {
    start(0, receive, bases[0]);
    start(1, transmit, bases[1]);
  }

  /** Asks for a call by the next frame. */
  public void awaitsCall() {
    receive.driver().enableCalls();
  }

  /** Whether a frame is there. */
  public boolean hasReceived() {
    return receive.driver().enableCalls();
  }

  /** Gives another call descriptor; nobody reads the former one. */
  public void renewCall() {
    Signal former = call;
    call = Signal.eventfd();
    frontend.setCall(0, call.writer().value());
    frontend.setCall(1, call.writer().value());
    former.close();
  }

  /** Gives another kick descriptor to rings that run; nobody reads the former one. */
  public void renewKick() {
    Signal former = kick;
    kick = Signal.eventfd();
    frontend.setKick(0, kick.reader().value());
    frontend.setKick(1, kick.reader().value());
    former.close();
  }

  /** Gives the same memory anew, as where some more is plugged. */
  public void renewMemory() {
    frontend.setMemory(memory.regions(), memory.descriptors());
  }

  /** Takes back the kicks that the device has not seen. */
  public void dropKicks() {
    kick.read();
  }

  /** How often it was called since it asked last, by the descriptor that it has now. */
  public long calls() {
    return call.read();
  }

  private void give(long buffer) {
    receiveBuffers[receive.driver().add(buffer, BUFFER, true)] = buffer;
  }

  /** Sends a frame, and kicks if the backend wants that; false if the ring is full. */
  public boolean send(byte[] frame) {
    DriverQueue driver = transmit.driver();
    while (driver.poll() >= 0) {
      // room for the next
    }
    long buffer = transmitBuffers[(int) (sent % SIZE)];
    if (driver.add(buffer, HEADER + frame.length, false) < 0) {
      return false; // what is in the buffer is another frame's yet
    }
    long at = memory.host(buffer);
    for (int i = 0; i < HEADER; i++) {
      RawMemory.putByte(at + i, 0);
    }
    for (int i = 0; i < frame.length; i++) {
      RawMemory.putByte(at + HEADER + i, frame[i]);
    }
    if (driver.publish()) {
      kickDevice();
    }
    sent++;
    return true;
  }

  /** Kicks, whatever the device wants; false if it is a pipe, and full. */
  public boolean kickDevice() {
    return kick.write();
  }

  /** The next frame that came, or null. */
  public byte[] poll() {
    DriverQueue driver = receive.driver();
    int id = driver.poll();
    if (id < 0) {
      return null;
    }
    long at = memory.host(receiveBuffers[id]);
    byte[] frame = new byte[driver.usedLength() - HEADER];
    for (int i = 0; i < frame.length; i++) {
      frame[i] = (byte) RawMemory.getByte(at + HEADER + i);
    }
    give(receiveBuffers[id]);
    driver.publish();
    return frame;
  }

  /** Stops the rings and ends the session. */
  @Override
  public void close() {
    try {
      frontend.stop(0);
      frontend.stop(1);
    } finally {
      release();
    }
  }

  /** Ends the session without a word. */
  void release() {
    frontend.close();
    memory.close();
    kick.close();
    call.close();
  }
}
