package io.fastvif.json;

import io.fastvif.vif.Version;
import io.fastvif.vif.VifNestedDpdk;

/** The table of {@link VifNestedDpdk}. */
final class VifNestedDpdkSchema {
  static final ObjectSchema<VifNestedDpdk, VifNestedDpdk.Builder> SCHEMA =
      VifFields.startOf(
              VifNestedDpdk.OBJECT_NAME, VifNestedDpdk.CURRENT, VifNestedDpdk.Builder::new)
          .field(
              "pci_address",
              Version.V1_0,
              Codecs.STRING,
              VifNestedDpdk.Builder::pciAddress,
              VifNestedDpdk::pciAddress)
          .field(
              "dev_driver",
              Version.V1_0,
              Codecs.STRING,
              VifNestedDpdk.Builder::devDriver,
              VifNestedDpdk::devDriver)
          .build();

  private VifNestedDpdkSchema() {}
}
