package io.fastvif.json;

import io.fastvif.vif.Version;
import io.fastvif.vif.VifHostDevice;

/** The table of {@link VifHostDevice}. */
final class VifHostDeviceSchema {
  static final ObjectSchema<VifHostDevice, VifHostDevice.Builder> SCHEMA =
      VifFields.startOf(
              VifHostDevice.OBJECT_NAME, VifHostDevice.CURRENT, VifHostDevice.Builder::new)
          .field(
              "dev_type",
              Version.V1_0,
              Codecs.HOST_DEVICE_TYPE,
              VifHostDevice.Builder::devType,
              VifHostDevice::devType)
          .field(
              "dev_address",
              Version.V1_0,
              Codecs.PCI_ADDRESS,
              VifHostDevice.Builder::devAddress,
              VifHostDevice::devAddress)
          .build();

  private VifHostDeviceSchema() {}
}
