package io.fastvif.engine.filter;

import static io.fastvif.bindings.linux.linux_h.NFPROTO_IPV4;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.netfilter.IptablesLine;
import io.fastvif.netlink.netfilter.NftSocket;
import io.fastvif.netns.Netns;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.ForwardingRule;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Reads the rules on what a namespace forwards, for planning. */
public final class FilterReader implements AutoCloseable {
  /** Of the thread that reads it. */
  private static final Path LEGACY_TABLES = Path.of("/proc/thread-self/net/ip_tables_names");

  private final Netns namespace;
  private final KnownTables known;

  /** What was made of the tables that were read last. */
  private SoftReference<Made> made = new SoftReference<>(null);

  private final ReentrantLock lock = new ReentrantLock();
  private NftSocket socket;
  private boolean isMissing;
  private boolean closed;

  private record Made(ForwardingTables tables, FilterSnapshot snapshot) {}

  /**
   * @param namespace stays the caller's to close, after this
   */
  public FilterReader(Netns namespace) {
    this(namespace, new KnownTables());
  }

  /** As {@link #FilterReader(Netns)}, with what others who read the same rules know. */
  public FilterReader(Netns namespace, KnownTables known) {
    this.namespace = namespace;
    this.known = known;
  }

  /**
   * Opens the socket if it is not open; reading does that too.
   *
   * @return false if the kernel has no nf_tables
   */
  public boolean open() {
    lock.lock();
    try {
      return opened();
    } finally {
      lock.unlock();
    }
  }

  private boolean opened() {
    if (socket == null && !isMissing) {
      try {
        socket = namespace.visit(() -> NftSocket.open(NFPROTO_IPV4));
      } catch (SystemCallException refused) {
        if (refused.errno() != Errno.EPROTONOSUPPORT && refused.errno() != Errno.EAFNOSUPPORT) {
          throw refused;
        }
        // a kernel without nfnetlink: nothing is known, and steps fail with its word for it
        isMissing = true;
      }
    }
    return socket != null;
  }

  /**
   * Reads them; from any thread.
   *
   * @throws IllegalStateException if this is closed
   */
  public FilterSnapshot read() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the engine is closed: its snapshot reads no more rules");
      }
      return opened() ? of(known.read(socket)) : FilterSnapshot.UNKNOWN;
    } catch (NetlinkException | DumpInterruptedException unreadable) {
      return FilterSnapshot.UNKNOWN;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The same, if nobody has changed the rules since they were read, without waiting for anybody;
   * from any thread.
   *
   * @return empty if they would have to be read, or another thread is reading them
   */
  public Optional<FilterSnapshot> unchanged() {
    if (!lock.tryLock()) {
      return Optional.empty();
    }
    try {
      return closed || socket == null ? Optional.empty() : known.unchanged(socket).map(this::of);
    } catch (NetlinkException unreadable) {
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same reading, not one that says the same
  private FilterSnapshot of(ForwardingTables tables) {
    Made before = made.get();
    if (before != null && before.tables == tables) {
      return before.snapshot;
    }
    FilterSnapshot snapshot = of(tables, this::isLegacyUsed);
    made = new SoftReference<>(new Made(tables, snapshot));
    return snapshot;
  }

  /**
   * What planning wants to know of the rules.
   *
   * @param legacyUse looks whether the table filter of iptables-legacy is in use
   */
  public static FilterSnapshot of(ForwardingTables tables, BooleanSupplier legacyUse) {
    Map<String, List<ForwardingRule>> rules = new HashMap<>();
    tables.byBridge().forEach((bridge, all) -> rules.put(bridge, OwnRule.inWords(all)));
    Map<String, Set<String>> vifs = new HashMap<>();
    for (OwnRule mark : tables.marks()) {
      if (!mark.markedBridge().isEmpty()) {
        vifs.computeIfAbsent(mark.markedBridge(), name -> new HashSet<>()).add(mark.owner());
      }
    }
    List<FilterSnapshot.OtherRule> forward =
        tables.forwardRules().stream()
            .filter(rule -> !ForwardingTables.isJump(rule))
            .map(IptablesLine::of)
            .map(line -> new FilterSnapshot.OtherRule(line.text(), line.isWhole()))
            .toList();
    return new FilterSnapshot(true, rules, vifs, forward, !tables.jumps().isEmpty(), legacyUse);
  }

  /** Whether x_tables' own table filter is there: it comes with its first use. */
  private boolean isLegacyUsed() {
    return namespace
        .visit(FilterReader::legacyTables)
        .lines()
        .anyMatch(ForwardingTables.TABLE::equals);
  }

  private static String legacyTables() {
    try {
      return Files.readString(LEGACY_TABLES, StandardCharsets.US_ASCII);
    } catch (IOException noLegacy) {
      return "";
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (socket != null) {
        socket.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
