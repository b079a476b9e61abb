package io.fastvif.vhostuser.virtqueue;

import io.fastvif.vhostuser.memory.GuestMemoryView;

/** A ring in a test guest's memory, with both its ends. */
public final class TestRing {
  private static final int TABLE_ENTRIES = 16;

  private final TestGuest guest;
  private final int size;
  private final long features;
  private final boolean deviceWritable;
  private final boolean packed;
  private final long descriptors;
  private final long driverArea;
  private final long deviceArea;
  private final DriverQueue driver;

  TestRing(TestGuest guest, int size, long features, boolean deviceWritable) {
    this.guest = guest;
    this.size = size;
    this.features = features;
    this.deviceWritable = deviceWritable;
    packed = VirtioFeatures.has(features, VirtioFeatures.RING_PACKED);
    descriptors = guest.allocate(RingSetup.descriptorBytes(size), 16);
    driverArea = guest.allocate(RingSetup.driverBytes(size, packed), 4);
    deviceArea = guest.allocate(RingSetup.deviceBytes(size, packed), 4);
    driver =
        DriverQueue.create(
            size,
            features,
            guest.host(descriptors),
            guest.host(driverArea),
            guest.host(deviceArea));
    if (VirtioFeatures.has(features, VirtioFeatures.INDIRECT_DESC)) {
      long tables = guest.allocate(16L * TABLE_ENTRIES * size, 16);
      driver.useIndirectTables(guest.host(tables), tables, TABLE_ENTRIES);
    }
  }

  /** The base of a ring that nobody has used. */
  public int freshBase() {
    return packed ? 0x80008000 : 0;
  }

  /** How many entries it has. */
  public int size() {
    return size;
  }

  /** Whether the device writes into its buffers. */
  public boolean deviceWritable() {
    return deviceWritable;
  }

  /** Whether it is a packed ring. */
  public boolean isPacked() {
    return packed;
  }

  /** The driver's end. */
  public DriverQueue driver() {
    return driver;
  }

  /** Where the descriptors are, as the guest counts. */
  public long descriptors() {
    return descriptors;
  }

  /** Where the driver's area is, as the guest counts. */
  public long driverArea() {
    return driverArea;
  }

  /** Where the device's area is, as the guest counts. */
  public long deviceArea() {
    return deviceArea;
  }

  /** What a device is told of the ring. */
  public RingSetup setup(GuestMemoryView view, int base) {
    return new RingSetup(
        size,
        features,
        deviceWritable,
        view,
        TestGuest.user(descriptors),
        TestGuest.user(driverArea),
        TestGuest.user(deviceArea),
        base);
  }

  /** The device's end, without in-flight tracking. */
  public DeviceQueue device(int base) {
    return DeviceQueue.start(setup(guest.view(), base), 0);
  }
}
