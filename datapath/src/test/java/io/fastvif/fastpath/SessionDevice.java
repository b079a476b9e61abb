package io.fastvif.fastpath;

import static io.fastvif.bindings.linux.linux_h.EFD_CLOEXEC;
import static io.fastvif.bindings.linux.linux_h.EFD_NONBLOCK;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.forward.HostileDevice;
import io.fastvif.vhostuser.memory.MemoryFile;
import io.fastvif.vhostuser.memory.MemoryRegion;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolException.Fault;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import io.fastvif.vhostuser.session.RequestMutator;
import io.fastvif.vhostuser.session.VhostUserFrontend;
import io.fastvif.vhostuser.virtqueue.TestGuest;
import io.fastvif.vhostuser.virtqueue.TestRing;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A hostile guest's rings behind a session with a listening port, whose frontend does what it may,
 * and what it may not: migrates, leaves without a word, takes memory away.
 */
final class SessionDevice implements HostileDevice {
  private static final long PATIENCE_MILLIS = 30_000;
  private static final long LOG_ALL = 1L << DeviceFeature.LOG_ALL;
  private static final long LOG_SIZE = 1 << 16;

  /** A log's byte is of eight pages: these cover all a guest here has. */
  private static final int SHORT_LOG = 8;

  private static final int USED_LOGGED = 1;

  private final Random random;
  private final String path;
  private final int queuePairs;
  private final FileDescriptor event =
      FileDescriptor.check(Polling.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  private final MemoryFile log = MemoryFile.unsealable("log", LOG_SIZE);
  private VhostUserFrontend frontend;
  private TestGuest guest;
  private TestRing[] rings;
  private long features;
  private int kick;

  /** The first of its two rings. */
  private int first;

  private boolean isLogging;
  private long sessions;
  private long cutOff;
  private long garbled;

  SessionDevice(Random random, String path, int queuePairs) {
    this.random = random;
    this.path = path;
    this.queuePairs = queuePairs;
  }

  /** What it has done, in words. */
  String done() {
    return sessions + " sessions, " + cutOff + " cut off, " + garbled + " garbled";
  }

  private interface Requests {
    void make(VhostUserFrontend frontend);
  }

  /** Makes requests; a backend may end the session for any, but has to answer. */
  private void make(Requests requests) {
    if (frontend == null) {
      return;
    }
    try {
      requests.make(frontend);
    } catch (ProtocolException | SystemCallException ended) {
      boolean isSilent =
          ended instanceof ProtocolException refused && refused.fault() == Fault.TIMEOUT;
      if (isSilent) {
        throw new AssertionError("the backend of " + path + " is silent", ended);
      }
      cutOff++;
      leave();
    }
  }

  private void leave() {
    if (frontend != null) {
      frontend.close();
      frontend = null;
    }
    isLogging = false;
  }

  /** The features, once the former session has ended: a port has one owner. */
  @Override
  public long features() {
    long[] offered = new long[1];
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (offered[0] == 0) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("no session begins at " + path);
      }
      if (frontend == null) {
        frontend = VhostUserFrontend.connect(path, PATIENCE_MILLIS);
        sessions++;
        make(
            one -> {
              one.setOwner();
              long protocol = one.getProtocolFeatures();
              one.setProtocolFeatures(
                  random.nextBoolean()
                      ? protocol & ~ProtocolFeature.BACKEND_REQ.bit()
                      : ProtocolFeature.REPLY_ACK.bit());
            });
      }
      make(one -> offered[0] = one.getFeatures());
    }
    return offered[0];
  }

  @Override
  public void start(TestGuest guest, TestRing[] rings, int[] bases, long features, int kick) {
    this.guest = guest;
    this.rings = rings;
    this.features = features & ~LOG_ALL;
    this.kick = kick;
    first = 2 * random.nextInt(queuePairs);
    make(
        one -> {
          one.setFeatures(this.features);
          one.setMemory(guest.regions(), guest.descriptors());
          for (int i = 0; i < 2; i++) {
            startRing(one, i, bases[i]);
            one.setEnabled(first + i, true);
          }
          one.getFeatures();
        });
  }

  private void startRing(VhostUserFrontend one, int i, int base) {
    one.setSize(first + i, rings[i].size());
    one.setBase(first + i, base);
    one.setAddresses(addresses(i, 0));
    one.setCall(first + i, event.value());
    one.setKick(first + i, kick);
  }

  private RingAddresses addresses(int i, int flags) {
    TestRing ring = rings[i];
    return new RingAddresses(
        first + i,
        flags,
        TestGuest.user(ring.descriptors()),
        TestGuest.user(ring.deviceArea()),
        TestGuest.user(ring.driverArea()),
        ring.deviceArea());
  }

  /** Stops the rings as a hypervisor does, or lets the session go and begins another. */
  @Override
  public void stop() {
    if (random.nextInt(3) == 0) {
      leave();
    }
    make(
        one -> {
          if (rings != null) {
            one.stop(first);
            one.stop(first + 1);
          }
        });
    long unused = features(); // answered when no ring of the former session runs
  }

  /** Makes requests while its rings run. */
  void act(MemoryFile memory) {
    switch (random.nextInt(24)) {
      case 0, 1 -> make(this::migrate);
      case 2 -> make(this::stopAndGoOn);
      case 3 -> make(one -> one.setEnabled(first + random.nextInt(2), random.nextBoolean()));
      case 4 -> make(one -> one.setMemory(guest.regions(), guest.descriptors()));
      case 5 -> make(one -> one.sendRarp(random.nextLong() >>> Short.SIZE));
      case 6 -> make(one -> one.setMtu(random.nextInt(1 << Short.SIZE)));
      case 7 -> make(one -> one.setStatus(random.nextInt(16)));
      case 8 -> shrink();
      case 9 -> garble(memory);
      case 10 -> make(one -> one.setKick(first + random.nextInt(2), kick));
      case 11 -> make(one -> one.getInflight(2, rings[0].size()).close());
      default -> {
        // the guest alone acts
      }
    }
  }

  /** Has its memory's log kept, or lets it be, as QEMU when a migration begins and ends. */
  private void migrate(VhostUserFrontend one) {
    isLogging = !isLogging;
    if (isLogging) {
      one.setLog(random.nextInt(10) == 0 ? SHORT_LOG : LOG_SIZE / 2, 0, log.fd());
    }
    one.setFeatures(isLogging ? features | LOG_ALL : features);
    for (int i = 0; i < 2; i++) {
      one.setAddresses(addresses(i, isLogging ? USED_LOGGED : 0));
    }
    one.getFeatures();
  }

  private void stopAndGoOn(VhostUserFrontend one) {
    int which = random.nextInt(2);
    int base = one.stop(first + which);
    startRing(one, which, base);
    one.setEnabled(first + which, true);
  }

  /** Shares other memory, as large, and makes it shorter while it is used. */
  private void shrink() {
    long half = guest.regionBorder() - TestGuest.GUEST_BASE;
    try (MemoryFile other = MemoryFile.unsealable("shrinking", 2 * half)) {
      make(
          one -> {
            one.setMemory(
                List.of(new MemoryRegion(TestGuest.GUEST_BASE, 2 * half, TestGuest.USER_BASE, 0)),
                other.fd());
            one.getFeatures();
          });
      SystemCallException.check(other.truncate(random.nextInt(2) * half), "ftruncate");
    }
  }

  /** Another session, of messages that are nearly right. */
  private void garble(MemoryFile memory) {
    if (random.nextBoolean()) {
      leave(); // or the port stays this one's, and the other waits
    }
    RequestMutator.converse(path, random, memory, event.value());
    garbled++;
  }

  @Override
  public void close() {
    leave();
    event.close();
    log.close();
  }
}
