package io.fastvif.engine;

import io.fastvif.engine.kernel.HostObservation;
import io.fastvif.engine.kernel.RetiredBridges;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.plan.HostParts;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.ServedPort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What planning knows of an engine's host, put together of what its parts know. For any thread. */
final class Snapshots {
  private final HostObservation host;
  private final OvsTransport ovs;
  private final VhostUserPorts ports;
  private final RetiredBridges retired;
  private final HostParts read;
  private final HostParts known;
  private final HostParts knownHere;

  Snapshots(HostObservation host, OvsTransport ovs, VhostUserPorts ports, RetiredBridges retired) {
    this.host = host;
    this.ovs = ovs;
    this.ports = ports;
    this.retired = retired;
    read =
        new HostParts(
            host::entries,
            host::movedLinks,
            ovs::snapshot,
            host::functions,
            host::filters,
            host::devices,
            Map.of());
    known = unread(this::knownRows);
    knownHere =
        unread(
            () -> {
              throw unread();
            });
  }

  private HostParts unread(Supplier<OvsSnapshot> rows) {
    return new HostParts(
        index -> {
          throw unread();
        },
        index -> {
          throw unread();
        },
        rows,
        () -> {
          throw unread();
        },
        () -> host.unchangedFilters().orElseThrow(Snapshots::unread),
        links -> {
          throw unread();
        },
        Map.of());
  }

  /**
   * The same, if the kernel's part of it is known without reading or waiting. Where planning then
   * asks for something that would have to be read, that throws an {@link IllegalStateException}.
   */
  Optional<HostSnapshot> known() {
    return host.known().map(links -> links.with(parts(known)));
  }

  /**
   * The same, for the engine's own thread, which waits for no other: without Open vSwitch's rows.
   */
  Optional<HostSnapshot> knownHere() {
    return host.known().map(links -> links.with(parts(knownHere)));
  }

  /** Rows of a database that is not connected might be waited for. */
  private OvsSnapshot knownRows() {
    if (!ovs.isConnected()) {
      throw unread();
    }
    return ovs.snapshot();
  }

  private static IllegalStateException unread() {
    return new IllegalStateException("it would have to be read");
  }

  /** The host as it is now; see {@link PlugEngine#snapshot()}. */
  HostSnapshot take() {
    HostSnapshot links;
    retired.beginReading();
    try {
      links = host.snapshot();
    } finally {
      retired.endReading();
    }
    return links.with(parts(read));
  }

  /** With the vhost-user ports that are open now. */
  private HostParts parts(HostParts others) {
    List<ServedPort> open = ports.open();
    return open.isEmpty()
        ? others
        : others.withVhostUserPorts(
            open.stream().collect(Collectors.toMap(ServedPort::vifId, port -> port)));
  }
}
