package io.fastvif.cli;

import io.fastvif.netlink.generic.devlink.DevlinkHandle;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.PciAddress;

/** Reads what names a card: {@code BUS/DEVICE} as devlink has it, or a PCI address alone. */
final class CardDevice {
  private CardDevice() {}

  static DevlinkHandle parse(String word) {
    if (word.indexOf('/') < 0) {
      return new DevlinkHandle(DevlinkHandle.PCI, pci(word).toString());
    }
    try {
      DevlinkHandle handle = DevlinkHandle.parse(word);
      return handle.isPci()
          ? new DevlinkHandle(DevlinkHandle.PCI, pci(handle.device()).toString())
          : handle;
    } catch (IllegalArgumentException malformed) {
      throw wrong(word);
    }
  }

  private static PciAddress pci(String word) {
    try {
      return PciAddress.parse(word);
    } catch (InvalidInputException malformed) {
      throw wrong(word);
    }
  }

  private static InvalidInputException wrong(String word) {
    return InvalidInputException.ofValue(
        "DEVICE", word, "is not a device", "BUS/DEVICE or a PCI address, as in 0000:03:00.0");
  }
}
