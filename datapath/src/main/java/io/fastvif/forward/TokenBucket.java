package io.fastvif.forward;

/**
 * Bytes that may pass, which come in at a steady rate up to a capacity. A frame passes as long as
 * there is a token at all, and takes as many as it has bytes, so that there may be less than none
 * afterwards: the rate is exact in the long run whatever the frames' sizes, a frame longer than the
 * capacity passes, and more than the capacity passes at once by less than one frame.
 */
final class TokenBucket {
  static final long NANOS = 1_000_000_000;

  /** How far below none it may be: what one frame takes at most. */
  static final int MAX_DEBT = FrameScratch.MAX_FRAME;

  private final long rate;
  private final long capacity;
  private final long fullNanos;
  private long tokens;

  /** Of a token, in billionths: what came in beside whole ones. */
  private long rest;

  private long filledAt;

  /**
   * Makes a full bucket.
   *
   * @param rate tokens a second
   * @param capacity its tokens; with a debt, times a billion, it fits into a long
   * @param now nanoseconds of the clock
   */
  TokenBucket(long rate, long capacity, long now) {
    this.rate = rate;
    this.capacity = capacity;
    fullNanos = ((capacity + MAX_DEBT) * NANOS - 1) / rate + 1;
    tokens = capacity;
    filledAt = now;
  }

  /** Has no more tokens than another had. */
  void inherit(TokenBucket other) {
    atMost(other.tokens);
  }

  /** Puts in what has come since the last time. */
  void fill(long now) {
    long passed = now - filledAt;
    filledAt = now;
    if (passed >= fullNanos) {
      tokens = capacity;
      rest = 0;
      return;
    }
    long came = passed * rate + rest;
    tokens += came / NANOS;
    rest = came % NANOS;
    if (tokens >= capacity) {
      tokens = capacity;
      rest = 0;
    }
  }

  /** Has no more tokens than that. */
  void atMost(long other) {
    tokens = Math.min(tokens, other);
  }

  /** How many there are, as of the last fill; 0 or less for none. */
  long tokens() {
    return tokens;
  }

  /** Takes tokens out, after a frame has passed. */
  void take(long bytes) {
    tokens -= bytes;
  }

  /** Nanoseconds from the last fill until there is a token; 0 if there is one. */
  long nanosToToken() {
    return tokens > 0 ? 0 : ((1 - tokens) * NANOS - rest + rate - 1) / rate;
  }

  /** Nanoseconds in which an empty one gets full. */
  long fillNanos() {
    return capacity * NANOS / rate;
  }
}
