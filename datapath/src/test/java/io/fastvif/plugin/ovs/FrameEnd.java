package io.fastvif.plugin.ovs;

import static io.fastvif.bindings.linux.linux_h.POLLIN;

import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.tuntap.Tap;
import io.fastvif.tuntap.TapOptions;
import io.fastvif.vif.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.IntConsumer;

/**
 * Whoever has a tap open: a guest, or somebody who sends to it. Frames have a number behind their
 * header; those of an EtherType of its own are handed over as they come.
 */
final class FrameEnd implements AutoCloseable {
  private static final int FRAME = 2048;
  private static final int LENGTH = 60;
  private static final int HEADER = 14;
  private static final int TYPE_OFFSET = 12;
  private static final int SOURCE_OFFSET = 6;
  private static final int WAIT_MILLIS = 5;
  private static final long BROADCAST = 0xffff_ffff_ffffL;

  /** For local experiments (IEEE 802). */
  private static final short NUMBERED = (short) 0x88b5;

  private static final short REVERSE_ARP = (short) 0x8035;

  /** Of a pollfd: revents. */
  private static final int RETURNED_OFFSET = 6;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Tap tap;
  private final IntConsumer received;
  private final Thread reader;
  private volatile boolean closed;

  /**
   * Attaches to a tap, which is made if it is not there.
   *
   * @param received gets the number of each frame, on a thread of its own
   */
  FrameEnd(OvsTestBed bed, String name, boolean multiQueue, IntConsumer received) {
    tap = bed.namespace().call(() -> Tap.attach(name, new TapOptions(multiQueue, false, -1, -1)));
    this.received = received;
    reader = Thread.ofPlatform().daemon().name("frames").start(this::read);
  }

  private void read() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment frame = arena.allocate(FRAME);
      MemorySegment polled = arena.allocate(Polling.ENTRY_SIZE, Integer.BYTES);
      while (!closed) {
        polled.set(ValueLayout.JAVA_INT, Polling.ENTRY_DESCRIPTOR_OFFSET, tap.descriptor());
        polled.set(ValueLayout.JAVA_SHORT, Polling.ENTRY_EVENTS_OFFSET, (short) POLLIN);
        polled.set(ValueLayout.JAVA_SHORT, RETURNED_OFFSET, (short) 0);
        Polling.poll(polled, 1, WAIT_MILLIS);
        if ((polled.get(ValueLayout.JAVA_SHORT, RETURNED_OFFSET) & POLLIN) != 0
            && FileIo.read(tap.descriptor(), frame, FRAME) >= LENGTH
            && frame.get(SHORT, TYPE_OFFSET) == NUMBERED) {
          received.accept(frame.get(INT, HEADER));
        }
      }
    }
  }

  /** Sends a frame with a number. */
  void send(MacAddress from, MacAddress to, int number) {
    write(from.value(), to.value(), NUMBERED, number);
  }

  /** Tells all switches where the address is now, as QEMU does for a guest that has moved. */
  void announce(MacAddress guest) {
    write(guest.value(), BROADCAST, REVERSE_ARP, 0);
  }

  private void write(long from, long to, short type, int number) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment frame = arena.allocate(LENGTH);
      for (int i = 0; i < SOURCE_OFFSET; i++) {
        int shift = Byte.SIZE * (SOURCE_OFFSET - 1 - i);
        frame.set(ValueLayout.JAVA_BYTE, i, (byte) (to >>> shift));
        frame.set(ValueLayout.JAVA_BYTE, SOURCE_OFFSET + i, (byte) (from >>> shift));
      }
      frame.set(SHORT, TYPE_OFFSET, type);
      frame.set(INT, HEADER, number);
      FileIo.write(tap.descriptor(), frame, LENGTH);
    }
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join(); // it looks every 5 ms
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    tap.close();
  }
}
