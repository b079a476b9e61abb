package io.fastvif.vhostuser.virtqueue;

/**
 * Stands in for {@link RawMemory} in {@link KilledDeviceTest}: its methods, and a device that dies
 * before one of its writes.
 */
final class CountedMemory {
  private static long left;
  private static boolean counting;

  private CountedMemory() {}

  /** What a device's thread meets in place of SIGKILL. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;

    Killed() {
      super("killed", null, false, false);
    }
  }

  /** Lets a device make that many writes from now on. */
  static void killAfter(long writes) {
    left = writes;
  }

  /** Lets a device do something; false if it died of it. */
  static boolean survives(Runnable work) {
    counting = true;
    try {
      work.run();
      return true;
    } catch (Killed killed) {
      return false;
    } finally {
      counting = false;
    }
  }

  private static void count() {
    if (counting && left-- <= 0) {
      throw new Killed();
    }
  }

  static int getByte(long address) {
    return RawMemory.getByte(address);
  }

  static void putByte(long address, int value) {
    count();
    RawMemory.putByte(address, value);
  }

  static int getShort(long address) {
    return RawMemory.getShort(address);
  }

  static void putShort(long address, int value) {
    count();
    RawMemory.putShort(address, value);
  }

  static int getInt(long address) {
    return RawMemory.getInt(address);
  }

  static void putInt(long address, int value) {
    count();
    RawMemory.putInt(address, value);
  }

  static long getLong(long address) {
    return RawMemory.getLong(address);
  }

  static void putLong(long address, long value) {
    count();
    RawMemory.putLong(address, value);
  }

  static int getShortAcquire(long address) {
    return RawMemory.getShortAcquire(address);
  }

  static void putShortRelease(long address, int value) {
    count();
    RawMemory.putShortRelease(address, value);
  }

  static int getIntAcquire(long address) {
    return RawMemory.getIntAcquire(address);
  }

  static void putIntRelease(long address, int value) {
    count();
    RawMemory.putIntRelease(address, value);
  }

  static long getLongAcquire(long address) {
    return RawMemory.getLongAcquire(address);
  }

  static void putLongRelease(long address, long value) {
    count();
    RawMemory.putLongRelease(address, value);
  }

  static void clear(long address, long length) {
    count();
    RawMemory.clear(address, length);
  }
}
