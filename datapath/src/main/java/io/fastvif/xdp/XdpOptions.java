package io.fastvif.xdp;

import io.fastvif.vif.InvalidInputException;

/**
 * How a link is opened.
 *
 * @param mode where the program runs
 * @param copy whether the kernel copies frames
 * @param queues how many of the link's queues, from the first on; 0 for all. Frames of the others
 *     go to the host
 * @param ringSize how many frames wait in each ring at most: a power of two, 64 to 32,768
 * @param busyPollMicros how long the kernel may poll the card at each call, on the caller's
 *     processor instead of by interrupts; 0 for not
 */
public record XdpOptions(XdpMode mode, XdpCopy copy, int queues, int ringSize, int busyPollMicros) {
  /** All queues, as the driver does best. */
  public static final XdpOptions DEFAULT = new XdpOptions(XdpMode.AUTO, XdpCopy.AUTO, 0, 1024, 0);

  private static final int MIN_RING = 64;
  private static final int MAX_RING = 32_768;
  private static final int MAX_QUEUES = 256;
  private static final int MAX_BUSY_POLL = 10_000;

  /** Checks each. */
  public XdpOptions {
    check("queues", queues, 0, MAX_QUEUES);
    check("ring_size", ringSize, MIN_RING, MAX_RING);
    if (Integer.bitCount(ringSize) != 1) {
      throw InvalidInputException.ofValue(
          "ring_size", Integer.toString(ringSize), "is not a power of two", "64, 128 to 32768");
    }
    check("busy_poll", busyPollMicros, 0, MAX_BUSY_POLL);
  }

  private static void check(String field, int value, int min, int max) {
    if (value < min || value > max) {
      throw InvalidInputException.ofValue(
          field, Integer.toString(value), "is out of range", min + " to " + max);
    }
  }

  /** The same with another mode. */
  public XdpOptions withMode(XdpMode other) {
    return new XdpOptions(other, copy, queues, ringSize, busyPollMicros);
  }

  /** The same with another way to copy. */
  public XdpOptions withCopy(XdpCopy other) {
    return new XdpOptions(mode, other, queues, ringSize, busyPollMicros);
  }

  /** The same with so many queues. */
  public XdpOptions withQueues(int other) {
    return new XdpOptions(mode, copy, other, ringSize, busyPollMicros);
  }

  /** The same with rings of that size. */
  public XdpOptions withRingSize(int other) {
    return new XdpOptions(mode, copy, queues, other, busyPollMicros);
  }

  /** The same with busy polling. */
  public XdpOptions withBusyPoll(int micros) {
    return new XdpOptions(mode, copy, queues, ringSize, micros);
  }
}
