package io.fastvif.engine;

import io.fastvif.engine.kernel.HostObservation;
import io.fastvif.engine.kernel.RetiredBridges;
import io.fastvif.engine.ovs.OvsTransport;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.OvsSnapshot;
import io.fastvif.plan.ServedPort;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What planning knows of an engine's host, put together of what its parts know. For any thread. */
final class Snapshots {
  private final HostObservation host;
  private final OvsTransport ovs;
  private final VhostUserPorts ports;
  private final RetiredBridges retired;

  Snapshots(HostObservation host, OvsTransport ovs, VhostUserPorts ports, RetiredBridges retired) {
    this.host = host;
    this.ovs = ovs;
    this.ports = ports;
    this.retired = retired;
  }

  /**
   * The same, if the kernel's part of it is known without reading or waiting. Where planning then
   * asks for something that would have to be read, that throws an {@link IllegalStateException}.
   */
  Optional<HostSnapshot> known() {
    return host.known()
        .map(
            links ->
                withPorts(
                    links
                        .withEntries(
                            index -> {
                              throw unread();
                            })
                        .withMovedLinks(
                            index -> {
                              throw unread();
                            })
                        .withOvs(this::knownRows)
                        .withSriov(
                            () -> {
                              throw unread();
                            })
                        .withFilters(() -> host.unchangedFilters().orElseThrow(Snapshots::unread))
                        .withDevices(
                            () -> {
                              throw unread();
                            })));
  }

  /**
   * The same, for the engine's own thread, which waits for no other: without Open vSwitch's rows.
   */
  Optional<HostSnapshot> knownHere() {
    return known()
        .map(
            links ->
                links.withOvs(
                    () -> {
                      throw unread();
                    }));
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
      links =
          host.snapshot()
              .withEntries(host::entries)
              .withMovedLinks(host::movedLinks)
              .withOvs(ovs::snapshot)
              .withSriov(host::functions)
              .withFilters(host::filters);
    } finally {
      retired.endReading();
    }
    return withPorts(links.withDevices(() -> host.devices(links)));
  }

  private HostSnapshot withPorts(HostSnapshot whole) {
    List<ServedPort> open = ports.open();
    return open.isEmpty()
        ? whole
        : whole.withVhostUserPorts(
            open.stream().collect(Collectors.toMap(ServedPort::vifId, port -> port)));
  }
}
