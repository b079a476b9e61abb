package io.fastvif.json;

import io.fastvif.vif.FixedIp;
import io.fastvif.vif.Version;

/** The table of {@link FixedIp}. */
final class FixedIpSchema {
  static final ObjectSchema<FixedIp, FixedIp.Builder> SCHEMA =
      ObjectSchema.of(FixedIp.OBJECT_NAME, FixedIp.CURRENT, FixedIp.Builder::new)
          .field(
              "address",
              Version.V1_0,
              Codecs.IP_ADDRESS,
              FixedIp.Builder::address,
              FixedIp::address)
          .field(
              "floating_ips",
              Version.V1_0,
              Codecs.IP_ADDRESSES,
              FixedIp.Builder::floatingIps,
              FixedIp::floatingIps)
          .build();

  private FixedIpSchema() {}
}
