package io.fastvif.engine;

import static io.fastvif.bindings.linux.linux_h.NFPROTO_IPV4;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.SystemCallException;
import io.fastvif.netlink.DumpInterruptedException;
import io.fastvif.netlink.NetlinkException;
import io.fastvif.netlink.netfilter.IptablesLine;
import io.fastvif.netlink.netfilter.NftRule;
import io.fastvif.netlink.netfilter.NftSocket;
import io.fastvif.plan.FilterSnapshot;
import io.fastvif.plan.ForwardingRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the rules on what is forwarded, for planning, in the namespace that it was opened in. */
final class FilterReader implements AutoCloseable {
  private static final Path PROC = Path.of("/proc");

  private final NftSocket socket;
  private final Path legacyTables;
  private boolean closed;

  private FilterReader(NftSocket socket, Path legacyTables) {
    this.socket = socket;
    this.legacyTables = legacyTables;
  }

  /** Opens one in the namespace of this thread, whose files in /proc it goes on reading. */
  static FilterReader open() {
    NftSocket socket = null;
    try {
      socket = NftSocket.open(NFPROTO_IPV4);
    } catch (SystemCallException refused) {
      if (refused.errno() != Errno.EPROTONOSUPPORT && refused.errno() != Errno.EAFNOSUPPORT) {
        throw refused;
      }
      // a kernel without nfnetlink: nothing is known, and steps fail with its word for it
    }
    Path thread;
    try {
      thread = PROC.resolve(Files.readSymbolicLink(PROC.resolve("thread-self")));
    } catch (IOException noProc) {
      thread = PROC.resolve("self");
    }
    return new FilterReader(socket, thread.resolve("net/ip_tables_names"));
  }

  /**
   * Reads them; from any thread.
   *
   * @throws IllegalStateException if this is closed
   */
  synchronized FilterSnapshot read() {
    if (closed) {
      throw new IllegalStateException("the engine is closed: its snapshot reads no more rules");
    }
    if (socket == null) {
      return FilterSnapshot.UNKNOWN;
    }
    try {
      return of(ForwardingTables.read(socket), isLegacyUsed());
    } catch (NetlinkException | DumpInterruptedException unreadable) {
      return FilterSnapshot.UNKNOWN;
    }
  }

  /** What planning wants to know of the rules. */
  static FilterSnapshot of(ForwardingTables tables, boolean isLegacyUsed) {
    Map<String, List<ForwardingRule>> rules = new HashMap<>();
    tables.byBridge().forEach((bridge, all) -> rules.put(bridge, ForwardingTables.inWords(all)));
    Map<String, Set<String>> vifs = new HashMap<>();
    for (NftRule mark : tables.marks()) {
      ForwardingTables.markedBridge(mark)
          .ifPresent(
              bridge ->
                  vifs.computeIfAbsent(bridge, name -> new HashSet<>())
                      .add(ForwardingTables.markedVif(mark)));
    }
    List<FilterSnapshot.OtherRule> forward =
        tables.forwardRules().stream()
            .filter(rule -> !ForwardingTables.isJump(rule))
            .map(IptablesLine::of)
            .map(line -> new FilterSnapshot.OtherRule(line.text(), line.isWhole()))
            .toList();
    return new FilterSnapshot(true, rules, vifs, forward, !tables.jumps().isEmpty(), isLegacyUsed);
  }

  /** Whether x_tables' own table filter is there: it comes with its first use. */
  private boolean isLegacyUsed() {
    try {
      return Files.readString(legacyTables, StandardCharsets.US_ASCII)
          .lines()
          .anyMatch(ForwardingTables.TABLE::equals);
    } catch (IOException noLegacy) {
      return false;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (socket != null) {
      socket.close();
    }
  }
}
