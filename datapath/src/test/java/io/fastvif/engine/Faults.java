package io.fastvif.engine;

import io.fastvif.engine.kernel.KernelTransport;
import io.fastvif.engine.kernel.Transport;
import io.fastvif.lease.DeviceLeases;
import io.fastvif.netns.Netns;
import io.fastvif.ovsdb.OvsdbProxy;
import io.fastvif.pci.PciDevices;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Engines on the real kernel of which one dies, or is refused something, at a change of the test's
 * choice. For tests that take a plan through every one of its changes: first with {@link #none()},
 * to count them, and then with a fault at each from 1 on, until {@link #struck()} is false.
 *
 * <p>A change is what could leave a trace on the host: a send to rtnetlink (with a kill) or each of
 * its messages (with a refusal), a batch of nf_tables, the making of a tap, the writing of a
 * setting, a slow step, a transaction of Open vSwitch's database. What is only asked is not
 * counted. Transactions are seen by {@link #ofTransaction()}, which an {@link OvsdbProxy} asks, and
 * by {@link FaultyOvs}.
 */
public final class Faults {
  /** What happens at the change. */
  enum Kind {
    NONE,
    KILL,
    REFUSE,
    /** The connection to Open vSwitch's database is lost before a transaction is executed. */
    LOSE_BEFORE,
    /** The same when it was executed, before it is answered. */
    LOSE_AFTER
  }

  private final Kind kind;
  private final int at;
  private final AtomicInteger changes = new AtomicInteger();
  private volatile boolean struck;
  private volatile Throwable unexpected;

  private Faults(Kind kind, int at) {
    this.kind = kind;
    this.at = at;
  }

  /** A fault of that kind at a change, or transaction; the first is 1. */
  static Faults at(Kind kind, int change) {
    return new Faults(kind, change);
  }

  /** No fault: the engine only counts. */
  public static Faults none() {
    return new Faults(Kind.NONE, 0);
  }

  /**
   * The engine is as if its process had been killed just before a change: that one and all later
   * ones are not done, none is undone, and what was submitted comes back as failed. Between the
   * messages of one send no process can be killed.
   *
   * @param change the first is 1
   */
  public static Faults killAt(int change) {
    return new Faults(Kind.KILL, change);
  }

  /**
   * The kernel refuses one change, with EIO, and does all others.
   *
   * @param change the first is 1
   */
  public static Faults refuseAt(int change) {
    return new Faults(Kind.REFUSE, change);
  }

  /** A builder of the engine that has the fault, in the namespace of this thread. */
  public PlugEngineBuilder engine() {
    return engine(null, DeviceLeases.FOLDER);
  }

  /**
   * A builder of the engine that has the fault.
   *
   * @param namespace null for that of the thread that starts the engine
   * @param leases the folder of device leases
   */
  public PlugEngineBuilder engine(Netns namespace, Path leases) {
    return engine(namespace, leases, PciDevices.SYSFS);
  }

  /** The same with the PCI devices of another tree than the host's. */
  PlugEngineBuilder engine(Netns namespace, Path leases, Path sysfs) {
    Transport.Factory kernel = KernelTransport.factory(leases, sysfs);
    PlugEngineBuilder builder =
        PlugEngine.builder()
            .transport(() -> new FaultyTransport(kernel.open(), this))
            .errorHandler(this::told);
    return namespace == null ? builder : builder.namespace(namespace);
  }

  /** A kill breaks the engine: that is no news to the test. */
  private void told(Throwable thrown) {
    if (!(thrown instanceof KilledException)) {
      unexpected = thrown;
    }
  }

  /** How many changes the engine has come to. */
  public int changes() {
    return changes.get();
  }

  /** Whether the engine has come to the change at which the fault is. */
  public boolean struck() {
    if (unexpected != null) {
      throw new AssertionError(unexpected);
    }
    return struck;
  }

  boolean countsMessages() {
    return kind == Kind.REFUSE;
  }

  /** Whether it dies, or is never told to. */
  boolean kills() {
    return kind == Kind.KILL || kind == Kind.NONE;
  }

  /** Counts a transaction of Open vSwitch's, and says what becomes of it. */
  public OvsdbProxy.Fate ofTransaction() {
    if (kills()) {
      return OvsdbProxy.Fate.PASS; // counted when it was handed over
    }
    if (changes.incrementAndGet() != at) {
      return OvsdbProxy.Fate.PASS;
    }
    struck = true;
    return switch (kind) {
      case LOSE_BEFORE -> OvsdbProxy.Fate.LOSE_BEFORE;
      case LOSE_AFTER -> OvsdbProxy.Fate.LOSE_AFTER;
      default -> OvsdbProxy.Fate.REFUSE;
    };
  }

  /**
   * Counts a change.
   *
   * @return whether it is to be refused
   * @throws KilledException if the engine is dead
   */
  boolean isRefused() {
    if (kind == Kind.LOSE_BEFORE || kind == Kind.LOSE_AFTER) {
      return false;
    }
    int change = changes.incrementAndGet();
    if (kind == Kind.KILL && change >= at) {
      struck = true;
      throw new KilledException();
    }
    if (kind == Kind.REFUSE && change == at) {
      struck = true;
      return true;
    }
    return false;
  }

  /** The engine is as good as killed. */
  static final class KilledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KilledException() {
      super("killed here");
    }
  }
}
