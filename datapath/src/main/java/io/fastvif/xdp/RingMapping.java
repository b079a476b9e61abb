package io.fastvif.xdp;

/**
 * Where the parts of a mapped ring are.
 *
 * @param producer 32 bits: how many entries were ever put
 * @param consumer 32 bits: how many were ever taken
 * @param flags 32 bits: XDP_RING_NEED_WAKEUP
 * @param entries the first entry
 */
record RingMapping(long producer, long consumer, long flags, long entries) {
  /** The address of an entry. */
  long entry(int index, int length) {
    return entries + (long) index * length;
  }
}
