package io.fastvif.json;

import io.fastvif.vif.Network;
import io.fastvif.vif.PortProfile;
import io.fastvif.vif.Version;
import io.fastvif.vif.Vif;
import io.fastvif.vif.VifBuilder;
import java.util.function.Supplier;

/** The fields that every VIF has. */
final class VifFields {
  private VifFields() {}

  static <T extends Vif, B extends VifBuilder<T, B>> ObjectSchema.Spec<T, B> startOf(
      String name, Version current, Supplier<B> builder) {
    return ObjectSchema.of(name, current, builder)
        .field("id", Version.V1_0, Codecs.STRING, VifBuilder::id, Vif::id)
        .nullable("address", Version.V1_0, Codecs.MAC_ADDRESS, VifBuilder::address, Vif::address)
        .nullable(
            "network",
            Version.V1_0,
            new ObjectCodec<>(Network.class, "a Network"),
            VifBuilder::network,
            Vif::network)
        .field("plugin", Version.V1_0, Codecs.STRING, VifBuilder::plugin, Vif::plugin)
        .field("active", Version.V1_0, Codecs.BOOLEAN, VifBuilder::active, Vif::active)
        .field(
            "preserve_on_delete",
            Version.V1_0,
            Codecs.BOOLEAN,
            VifBuilder::preserveOnDelete,
            Vif::preserveOnDelete)
        .field(
            "has_traffic_filtering",
            Version.V1_0,
            Codecs.BOOLEAN,
            VifBuilder::hasTrafficFiltering,
            Vif::hasTrafficFiltering)
        .field(
            "port_profile",
            Version.V1_0,
            new ObjectCodec<>(PortProfile.class, "a port profile"),
            VifBuilder::portProfile,
            Vif::portProfile);
  }
}
