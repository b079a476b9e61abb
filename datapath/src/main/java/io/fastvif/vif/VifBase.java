package io.fastvif.vif;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What every VIF has: os-vif's VIFBase.
 *
 * @param envelope version and changes
 * @param id the VIF's identifier, a UUID
 * @param address the guest's MAC address
 * @param network the network that the VIF belongs to
 * @param plugin the name of the plugin that plugs it
 * @param active whether it starts online
 * @param preserveOnDelete whether unplugging leaves the device
 * @param hasTrafficFiltering whether the network service filters its traffic
 * @param portProfile what else the network says of the port
 */
public record VifBase(
    Envelope envelope,
    Field<String> id,
    Field<MacAddress> address,
    Field<Network> network,
    Field<String> plugin,
    Field<Boolean> active,
    Field<Boolean> preserveOnDelete,
    Field<Boolean> hasTrafficFiltering,
    Field<PortProfile> portProfile) {
  /** The same with this plugin, which is noted as a change. */
  VifBase withPlugin(String name) {
    Set<String> changes = new LinkedHashSet<>(envelope.changes().orElse(Set.of()));
    changes.add("plugin");
    return new VifBase(
        new Envelope(envelope.version(), Field.of(changes)),
        id,
        address,
        network,
        Field.of(name),
        active,
        preserveOnDelete,
        hasTrafficFiltering,
        portProfile);
  }
}
