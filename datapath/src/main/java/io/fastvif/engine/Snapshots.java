package io.fastvif.engine;

import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.ServedPort;
import java.util.List;
import java.util.stream.Collectors;

/** What planning knows of an engine's host, put together of what its parts know. For any thread. */
final class Snapshots {
  private final Transport transport;
  private final OvsTransport ovs;
  private final VhostUserPorts ports;
  private final RetiredBridges retired;

  Snapshots(Transport transport, OvsTransport ovs, VhostUserPorts ports, RetiredBridges retired) {
    this.transport = transport;
    this.ovs = ovs;
    this.ports = ports;
    this.retired = retired;
  }

  /** The host as it is now; see {@link PlugEngine#snapshot()}. */
  HostSnapshot take() {
    HostSnapshot host;
    retired.beginReading();
    try {
      host =
          transport
              .snapshot()
              .withEntries(transport::entries)
              .withOvs(ovs::snapshot)
              .withSriov(transport::functions)
              .withFilters(transport::filters);
    } finally {
      retired.endReading();
    }
    HostSnapshot whole = host.withDevices(() -> transport.devices(host));
    List<ServedPort> open = ports.open();
    return open.isEmpty()
        ? whole
        : whole.withVhostUserPorts(
            open.stream().collect(Collectors.toMap(ServedPort::vifId, port -> port)));
  }
}
