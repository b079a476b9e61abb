package io.fastvif.libvirt;

import io.fastvif.vif.InvalidInputException;
import java.util.regex.Pattern;

/**
 * How the hypervisor serves the interface: libvirt's {@code <driver>}. Null is not said.
 *
 * @param name {@code vhost} or {@code qemu}; for a host device {@code vfio} or {@code xen}
 * @param queues pairs of queues, 1 to 256 (the kernel's MAX_TAP_QUEUES)
 * @param rxQueueSize descriptors, a power of two from 256 to 1024
 * @param txQueueSize descriptors, a power of two from 256 to 1024; vhost-user only
 * @param packed whether rings are packed
 * @param iommu whether the device is behind the guest's IOMMU
 */
public record DriverOptions(
    String name,
    Integer queues,
    Integer rxQueueSize,
    Integer txQueueSize,
    Boolean packed,
    Boolean iommu) {
  private static final Pattern NAME = Pattern.compile("vhost|qemu|vfio|xen");

  /**
   * Checks the values.
   *
   * @throws InvalidInputException if one is out of range
   */
  public DriverOptions {
    if (name != null) {
      LibvirtValues.matching("driver.name", name, NAME, "vhost, qemu, vfio or xen");
    }
    LibvirtValues.range("driver.queues", queues, 1, 256);
    checkSize("driver.rx_queue_size", rxQueueSize);
    checkSize("driver.tx_queue_size", txQueueSize);
  }

  private static void checkSize(String path, Integer size) {
    LibvirtValues.range(path, size, 256, 1024);
    if (size != null && Integer.bitCount(size) != 1) {
      throw InvalidInputException.ofValue(
          path, size.toString(), "is not a power of two", "256, 512 or 1024");
    }
  }

  /** A driver with a name and no other options. */
  public static DriverOptions named(String name) {
    return new DriverOptions(name, null, null, null, null, null);
  }

  /** Whether it is for a host device. */
  boolean isForHostDevice() {
    return "vfio".equals(name) || "xen".equals(name);
  }

  /** Whether any option but the name is set. */
  boolean hasVirtioPart() {
    return queues != null
        || rxQueueSize != null
        || txQueueSize != null
        || packed != null
        || iommu != null;
  }
}
