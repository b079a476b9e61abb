package io.fastvif.vhostuser.session;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.memory.DirtyLog;
import io.fastvif.vhostuser.memory.InflightArea;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import io.fastvif.vhostuser.protocol.RingAddresses;

/** What a frontend has said of a ring so far. Owns the ring's descriptors. */
final class SessionRing implements AutoCloseable {
  private static final int MOST_SPLIT_BASE = 0xffff;

  private final int index;
  private final RingControl control;
  private int size;
  private int base;
  private RingAddresses addresses;
  private FileDescriptor kick;
  private FileDescriptor call;
  private FileDescriptor error;
  private boolean hasKick;
  private boolean enableSaid;
  private boolean enabled;
  private boolean started;

  SessionRing(int index, RingControl control) {
    this.index = index;
    this.control = control;
  }

  /** What rings share: of the device. */
  record Shared(
      long features,
      boolean hasProtocolFeatures,
      CurrentGuestMemory memory,
      DirtyLog log,
      InflightArea inflight) {}

  boolean isStarted() {
    return started;
  }

  int base() {
    return base;
  }

  void requireStopped(String request) {
    if (started) {
      throw new ProtocolException(
          Fault.OUT_OF_ORDER, request + " of ring " + index + ", which is started");
    }
  }

  void setSize(int value) {
    if (value < 1 || value > InflightArea.MOST_RING_SIZE) {
      throw new ProtocolException(
          Fault.BAD_VALUE,
          "SET_VRING_NUM: ring " + index + " of " + Integer.toUnsignedLong(value) + " descriptors");
    }
    size = value;
  }

  void setBase(int value) {
    base = value;
  }

  void setAddresses(RingAddresses value) {
    addresses = value;
  }

  void setEnabled(boolean value) {
    enableSaid = true;
    enabled = value;
  }

  /** Takes a kick descriptor, or null: the ring is to be polled. Returns the former. */
  FileDescriptor setKick(FileDescriptor value) {
    FileDescriptor former = kick;
    kick = value;
    hasKick = true;
    return former;
  }

  FileDescriptor setCall(FileDescriptor value) {
    FileDescriptor former = call;
    call = value;
    return former;
  }

  FileDescriptor setError(FileDescriptor value) {
    FileDescriptor former = error;
    error = value;
    return former;
  }

  /** The error descriptor, or -1. */
  int errorDescriptor() {
    return number(error);
  }

  /** Starts the ring if all is known that it takes. */
  void startIfReady(Shared shared) {
    if (started || size == 0 || addresses == null || !hasKick) {
      return;
    }
    RingSettings settings = settings(shared);
    if (!settings.isPacked()) {
      if (Integer.bitCount(size) != 1) {
        throw new ProtocolException(
            Fault.BAD_VALUE,
            "split ring " + index + " of " + size + " descriptors, no power of two");
      }
      if (base < 0 || base > MOST_SPLIT_BASE) {
        throw new ProtocolException(
            Fault.BAD_VALUE, "split ring " + index + " begins at " + Integer.toUnsignedLong(base));
      }
    }
    started = true;
    control.start(settings);
  }

  /** Tells the ring what has changed, if it is started. */
  void change(Shared shared, Waits waits) {
    if (started) {
      control.change(settings(shared), waits.completion());
    }
  }

  /** Stops the ring, if it is started. It does not start again before there is another kick. */
  void stop(Waits waits) {
    hasKick = false;
    FileDescriptor former = kick;
    kick = null;
    waits.release(() -> close(former));
    if (started) {
      started = false;
      int[] stoppedAt = new int[1];
      Completion completion = waits.completion(() -> base = stoppedAt[0]);
      control.stop(
          where -> {
            stoppedAt[0] = where;
            completion.done();
          });
    }
  }

  /** Forgets all that was said of it; it must have been stopped. */
  void reset() {
    close();
    size = 0;
    base = 0;
    addresses = null;
    hasKick = false;
    enableSaid = false;
    enabled = false;
  }

  private RingSettings settings(Shared shared) {
    boolean logged = shared.log() != null && addresses.isLogged();
    boolean tracked = shared.inflight() != null && index < shared.inflight().rings();
    return new RingSettings(
        index,
        shared.features(),
        size,
        base,
        addresses.descriptors(),
        addresses.available(),
        addresses.used(),
        logged ? addresses.log() : RingSettings.NONE,
        enableSaid ? enabled : !shared.hasProtocolFeatures(),
        number(kick),
        number(call),
        number(error),
        shared.memory(),
        shared.log(),
        tracked ? shared.inflight() : null);
  }

  private static int number(FileDescriptor descriptor) {
    return descriptor == null ? RingSettings.NONE : descriptor.value();
  }

  static void close(FileDescriptor descriptor) {
    if (descriptor != null) {
      descriptor.close();
    }
  }

  @Override
  public void close() {
    close(kick);
    close(call);
    close(error);
    kick = null;
    call = null;
    error = null;
  }
}
