package io.fastvif.vhostuser.session;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.handover.HandOverException;
import io.fastvif.handover.HandOverReader;
import io.fastvif.handover.HandOverWriter;
import io.fastvif.vhostuser.memory.CurrentGuestMemory;
import io.fastvif.vhostuser.memory.DirtyLog;
import io.fastvif.vhostuser.memory.InflightArea;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import io.fastvif.vhostuser.protocol.RingAddresses;

/** The state of a ring as set by the frontend's requests. Owns the ring's descriptors. */
final class SessionRing implements AutoCloseable {
  private static final int MAX_SPLIT_BASE = 0xffff;

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
   * The ring is started but was disabled by SET_VRING_ENABLE 0 or RESET_OWNER, without
   * GET_VRING_BASE. Some frontends stop a device only that way and then set it up again.
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

  int base() {
    return base;
  }

  /** Sets the size. A suspended ring is stopped, a running one continues with it. */
  void setSize(int value, PendingCompletions pending) {
    if (value < 1 || value > InflightArea.MAX_RING_SIZE) {
      throw new ProtocolException(
          Fault.BAD_VALUE,
          "SET_VRING_NUM: ring " + index + " of " + Integer.toUnsignedLong(value) + " descriptors");
    }
    stopIfSuspended(pending);
    size = value;
  }

  /** Sets the base. A started ring restarts there. */
  void setBase(int value, PendingCompletions pending) {
    stopIfSuspended(pending);
    halt(pending);
    base = value;
    baseSaid = true;
  }

  /** Sets the addresses. A suspended ring is stopped if they change. */
  void setAddresses(RingAddresses value, PendingCompletions pending) {
    if (!value.isSamePlaceAs(addresses)) {
      stopIfSuspended(pending);
    }
    addresses = value;
  }

  /**
   * Stops a suspended ring that the frontend sets up again. It starts with the next kick
   * descriptor: until then its former memory may hold anything.
   */
  void stopIfSuspended(PendingCompletions pending) {
    if (suspended) {
      stop(pending);
    }
  }

  void setEnabled(boolean value) {
    suspended = started && !value;
    enableSaid = true;
    enabled = value;
  }

  /** Suspends the ring until it is enabled or set up again: RESET_OWNER. */
  void suspend(boolean hasProtocolFeatures) {
    suspended = started;
    if (hasProtocolFeatures) {
      enableSaid = true;
      enabled = false;
    }
  }

  /**
   * Sets the kick descriptor; null for a ring to be polled. A suspended split ring restarts at its
   * used index, which is where it was unless it was set up again.
   *
   * @return the former
   */
  FileDescriptor setKick(FileDescriptor value, Shared shared, PendingCompletions pending) {
    if (suspended && !DeviceFeature.isIn(shared.features(), DeviceFeature.RING_PACKED)) {
      halt(pending);
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
      if (base < 0 || base > MAX_SPLIT_BASE) {
        throw new ProtocolException(
            Fault.BAD_VALUE, "split ring " + index + " begins at " + Integer.toUnsignedLong(base));
      }
    }
    started = true;
    control.start(settings);
  }

  /** Tells the ring what has changed, if it is started. */
  void change(Shared shared, PendingCompletions pending) {
    if (started) {
      control.change(settings(shared), pending.completion());
    }
  }

  /** Stops the ring, if it is started. It does not start again before there is another kick. */
  void stop(PendingCompletions pending) {
    hasKick = false;
    FileDescriptor former = kick;
    kick = null;
    pending.release(() -> close(former));
    halt(pending);
  }

  /** Stops the ring, if it is started, and keeps its kick descriptor. */
  private void halt(PendingCompletions pending) {
    suspended = false;
    if (started) {
      started = false;
      baseSaid = false;
      int[] stoppedAt = new int[1];
      Completion completion =
          pending.completion(
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
    boolean packed = DeviceFeature.isIn(shared.features(), DeviceFeature.RING_PACKED);
    boolean tracked =
        shared.inflight() != null
            && index < shared.inflight().rings()
            && shared.inflight().hasRoom(packed);
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

  /** Stops a started ring for a while in which the frontend says nothing. */
  void pause(PendingCompletions pending) {
    if (started) {
      int[] stoppedAt = new int[1];
      Completion completion = pending.completion(() -> base = stoppedAt[0]);
      control.stop(
          where -> {
            stoppedAt[0] = where;
            completion.done();
          });
    }
  }

  /** Starts a ring that was paused, here or in another process, where that has stopped it. */
  void resume(Shared shared, PendingCompletions pending) {
    if (started) {
      RingSettings settings = settings(shared);
      control.start(settings);
      control.change(settings, pending.completion()); // tells when it has started
    }
  }

  void save(HandOverWriter writer) {
    writer.number(size).flag(baseSaid).flag(addresses != null);
    if (addresses != null) {
      writer
          .number(addresses.flags())
          .number(addresses.descriptors())
          .number(addresses.used())
          .number(addresses.available())
          .number(addresses.log());
    }
    writer.flag(hasKick).flag(enableSaid).flag(enabled).flag(started).flag(suspended);
    writer.number(base);
    writer.descriptor(number(kick)).descriptor(number(call)).descriptor(number(error));
  }

  /** Takes what another process has saved; {@link #resume} starts it. */
  void restore(HandOverReader reader) {
    size = reader.number();
    baseSaid = reader.flag();
    if (reader.flag()) {
      addresses =
          new RingAddresses(
              index,
              reader.number(),
              reader.longNumber(),
              reader.longNumber(),
              reader.longNumber(),
              reader.longNumber());
    }
    hasKick = reader.flag();
    enableSaid = reader.flag();
    enabled = reader.flag();
    started = reader.flag();
    suspended = reader.flag();
    base = reader.number();
    kick = reader.takeDescriptor();
    call = reader.takeDescriptor();
    error = reader.takeDescriptor();
    if (started && addresses == null) {
      throw new HandOverException("ring " + index + " is started and has no addresses");
    }
  }

  /** Where a paused ring goes on. */
  void base(int value) {
    base = value;
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
