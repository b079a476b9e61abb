package io.fastvif.json;

import io.fastvif.vif.Version;
import io.fastvif.vif.VifDirect;

/** The table of {@link VifDirect}. */
final class VifDirectSchema {
  static final ObjectSchema<VifDirect, VifDirect.Builder> SCHEMA =
      VifFields.startOf(VifDirect.OBJECT_NAME, VifDirect.CURRENT, VifDirect.Builder::new)
          .field(
              "vif_name",
              Version.V1_0,
              Codecs.STRING,
              VifDirect.Builder::vifName,
              VifDirect::vifName)
          .field(
              "dev_address",
              Version.V1_0,
              Codecs.PCI_ADDRESS,
              VifDirect.Builder::devAddress,
              VifDirect::devAddress)
          .field("mode", Version.V1_0, Codecs.DIRECT_MODE, VifDirect.Builder::mode, VifDirect::mode)
          .field(
              "vlan_name",
              Version.V1_0,
              Codecs.STRING,
              VifDirect.Builder::vlanName,
              VifDirect::vlanName)
          .build();

  private VifDirectSchema() {}
}
