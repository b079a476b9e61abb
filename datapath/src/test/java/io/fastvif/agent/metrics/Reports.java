package io.fastvif.agent.metrics;

import io.fastvif.fastpath.PortReport;
import io.fastvif.fastpath.UplinkReport;
import io.fastvif.forward.DropReason;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.vif.VhostUserMode;
import java.util.Map;
import java.util.OptionalInt;

/** Reports of a forwarder's ports. */
final class Reports {
  private Reports() {}

  static PortReport of(String vifId, boolean connected, long connections, long frames) {
    return new PortReport(
        port(vifId),
        connected,
        connections,
        connected ? "" : "the frontend has left",
        new PortReport.Direction(frames, frames * 64, Map.of(DropReason.NO_BUFFERS, frames / 10)),
        new PortReport.Direction(2 * frames, frames * 128, Map.of()));
  }

  static UplinkReport uplink(String link, int ports) {
    return new UplinkReport(
        link,
        ports,
        "",
        new PortReport.Direction(30, 3000, Map.of(DropReason.NO_RECEIVER, 4L)),
        new PortReport.Direction(20, 2000, Map.of()));
  }

  private static ServedPort port(String vifId) {
    return new ServedPort(
        vifId,
        "vhu" + vifId,
        "/run/vhu" + vifId,
        VhostUserMode.CLIENT,
        new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0600),
        1500,
        1,
        "tap" + vifId);
  }
}
