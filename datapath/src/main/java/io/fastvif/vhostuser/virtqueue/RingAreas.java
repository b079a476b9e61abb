package io.fastvif.vhostuser.virtqueue;

import io.fastvif.vhostuser.memory.GuestMemoryView;

/** Where a ring's areas are in this process, as its memory is now. */
final class RingAreas {
  private static final int DESCRIPTOR_ALIGNMENT = 16;

  private final RingSetup setup;
  private final boolean packed;
  private long descriptors;
  private long driverArea;
  private long deviceArea;

  RingAreas(RingSetup setup) {
    this.setup = setup;
    packed = setup.has(VirtioFeatures.RING_PACKED);
  }

  /**
   * Finds the areas.
   *
   * @return what is wrong with them, or null
   */
  String locate() {
    GuestMemoryView memory = setup.memory();
    int size = setup.size();
    descriptors = memory.translateUser(setup.descriptors(), RingSetup.descriptorBytes(size));
    driverArea = memory.translateUser(setup.driverArea(), RingSetup.driverBytes(size, packed));
    deviceArea = memory.translateUser(setup.deviceArea(), RingSetup.deviceBytes(size, packed));
    if (descriptors == 0) {
      return outside("descriptors", setup.descriptors());
    }
    if (driverArea == 0) {
      return outside("driver area", setup.driverArea());
    }
    if (deviceArea == 0) {
      return outside("device area", setup.deviceArea());
    }
    if ((descriptors & (DESCRIPTOR_ALIGNMENT - 1)) != 0
        || (driverArea & (packed ? 3 : 1)) != 0
        || (deviceArea & 3) != 0) {
      return "an area of the ring is not aligned";
    }
    return null;
  }

  private static String outside(String what, long address) {
    return "the ring's "
        + what
        + " at 0x"
        + Long.toHexString(address)
        + " is not within the guest's memory";
  }

  long descriptors() {
    return descriptors;
  }

  /** Where the descriptors are as the guest counts: a packed ring's are written by the device. */
  long descriptorsGuestAddress() {
    return setup.memory().memory().guestAddress(setup.descriptors());
  }

  long driverArea() {
    return driverArea;
  }

  long deviceArea() {
    return deviceArea;
  }
}
