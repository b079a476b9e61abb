package io.fastvif.vhostuser.session;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.memory.DirtyLog;
import io.fastvif.vhostuser.memory.InflightArea;
import io.fastvif.vhostuser.protocol.DeviceFeature;
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

  /** Whether the base is newer than where the ring has stopped. */
  private boolean baseSaid;

  private RingAddresses addresses;
  private FileDescriptor kick;
  private FileDescriptor call;
  private FileDescriptor error;
  private boolean hasKick;
  private boolean enableSaid;
  private boolean enabled;
  private boolean started;

  /**
   * The ring was started and is out of use, without GET_VRING_BASE: by SET_VRING_ENABLE 0 or
   * RESET_OWNER. Some frontends stop a device in no other way and set it up anew.
   */
  private boolean suspended;

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

  /** Takes a size; a ring that is out of use begins anew, another one goes on with it. */
  void setSize(int value, Waits waits) {
    if (value < 1 || value > InflightArea.MOST_RING_SIZE) {
      throw new ProtocolException(
          Fault.BAD_VALUE,
          "SET_VRING_NUM: ring " + index + " of " + Integer.toUnsignedLong(value) + " descriptors");
    }
    stopIfSuspended(waits);
    size = value;
  }

  /** Takes a base; a ring that is started begins anew, there. */
  void setBase(int value, Waits waits) {
    stopIfSuspended(waits);
    halt(waits);
    base = value;
    baseSaid = true;
  }

  /** Takes addresses; a ring that is out of use and gets others begins anew. */
  void setAddresses(RingAddresses value, Waits waits) {
    if (!value.isSamePlaceAs(addresses)) {
      stopIfSuspended(waits);
    }
    addresses = value;
  }

  /**
   * Stops a ring that the frontend has put out of use and sets up anew without having stopped it.
   * It waits for another kick descriptor: until then, something else may lie where it was.
   */
  void stopIfSuspended(Waits waits) {
    if (suspended) {
      stop(waits);
    }
  }

  void setEnabled(boolean value) {
    suspended = started && !value;
    enableSaid = true;
    enabled = value;
  }

  /** Puts the ring out of use until it is enabled or set up anew: RESET_OWNER. */
  void suspend(boolean hasProtocolFeatures) {
    suspended = started;
    if (hasProtocolFeatures) {
      enableSaid = true;
      enabled = false;
    }
  }

  /**
   * Takes a kick descriptor, or null: the ring is to be polled. A split ring that is out of use
   * begins anew where its used ring says, which is the same place if it was not set up anew.
   *
   * @return the former
   */
  FileDescriptor setKick(FileDescriptor value, Shared shared, Waits waits) {
    if (suspended && !DeviceFeature.isIn(shared.features(), DeviceFeature.RING_PACKED)) {
      halt(waits);
      baseSaid = true;
    }
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
    halt(waits);
  }

  /** Stops the ring, if it is started, and keeps its kick descriptor. */
  private void halt(Waits waits) {
    suspended = false;
    if (started) {
      started = false;
      baseSaid = false;
      int[] stoppedAt = new int[1];
      Completion completion =
          waits.completion(
              () -> {
                if (!baseSaid) {
                  base = stoppedAt[0];
                }
              });
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
    suspended = false;
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
        !suspended && (enableSaid ? enabled : !shared.hasProtocolFeatures()),
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
