package io.fastvif;

import io.fastvif.engine.Outcome;
import io.fastvif.engine.PlugResult;
import io.fastvif.plan.Aliases;
import io.fastvif.plan.HostSnapshot;
import io.fastvif.plan.LinkState;
import io.fastvif.plan.OvsSnapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Devices that still bear the mark of a plugged VIF from before its name, device or plugin was
 * changed, and that it no longer uses.
 */
final class OutdatedDevices {
  private final Map<String, Set<String>> marked = new HashMap<>();

  /** Reads the marks of a host whose VIFs have been plugged. */
  OutdatedDevices(HostSnapshot host) {
    for (LinkState link : host.links()) {
      Aliases.vifId(link.alias()).ifPresent(id -> add(id, link.name()));
    }
    host.devices()
        .leases()
        .forEach(
            (address, lease) -> {
              if (PluggedVif.isHere(host, lease)) {
                add(lease.holder(), address.toString());
              }
            });
    for (OvsSnapshot.InterfaceRow port : host.ovs().interfaces()) {
      if (PluggedVif.isHere(host, port)) {
        port.markedVifId().ifPresent(id -> add(id, port.name()));
      }
    }
  }

  private void add(String id, String device) {
    marked.computeIfAbsent(id, key -> new HashSet<>()).add(device);
  }

  /** Whether the host has any of the VIF that was plugged with that result. */
  boolean existFor(PlugResult plugged) {
    return plugged.outcome() != Outcome.FAILED
        && !plugged.plan().devices().containsAll(marked.getOrDefault(plugged.vifId(), Set.of()));
  }
}
