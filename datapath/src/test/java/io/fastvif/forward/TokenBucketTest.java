package io.fastvif.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.RateLimit;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = TokenBucket.NANOS;

  @Test
  void comesInAtTheRateUpToTheCapacity() {
    TokenBucket bucket = new TokenBucket(1_000_000, 5_000, 0);
    assertEquals(5_000, bucket.tokens());
    bucket.take(5_000);
    bucket.fill(MILLI);
    assertEquals(1_000, bucket.tokens());
    bucket.fill(4 * MILLI);
    assertEquals(4_000, bucket.tokens());
    bucket.fill(SECOND);
    assertEquals(5_000, bucket.tokens());
    assertEquals(5 * MILLI, bucket.fillNanos());
  }

  @Test
  void partsOfTokensAreNotLost() {
    Random random = new Random(3);
    long rate = 999_983;
    TokenBucket bucket = new TokenBucket(rate, RateLimit.MAX_BURST, 0);
    bucket.take(RateLimit.MAX_BURST);
    long now = 0;
    for (int i = 0; i < 100_000; i++) {
      now += random.nextInt(2_000);
      bucket.fill(now);
    }
    assertEquals(now * rate / SECOND, bucket.tokens());
  }

  @Test
  void debtIsPaidBeforeTheNextToken() {
    TokenBucket bucket = new TokenBucket(1_000, 10, 0);
    bucket.take(1_010);
    assertEquals(-1_000, bucket.tokens());
    assertEquals(SECOND + MILLI, bucket.nanosToToken());
    bucket.fill(SECOND + MILLI - 1);
    assertEquals(0, bucket.tokens());
    assertEquals(1, bucket.nanosToToken());
    bucket.fill(SECOND + MILLI);
    assertEquals(1, bucket.tokens());
    assertEquals(0, bucket.nanosToToken());
  }

  /** Nothing overflows, and the time to the next token is neither too short nor too long. */
  @Test
  void limitsOfTheRangesHold() {
    long[] rates = {1, 3, 1 << 20, RateLimit.MAX_RATE};
    long[] capacities = {1, 1500, RateLimit.MAX_BURST};
    for (long rate : rates) {
      for (long capacity : capacities) {
        TokenBucket bucket = new TokenBucket(rate, capacity, Long.MAX_VALUE - 5);
        bucket.take(capacity - 1 + TokenBucket.MAX_DEBT);
        long wait = bucket.nanosToToken();
        assertTrue(wait > 0, rate + " " + capacity);
        bucket.fill(Long.MAX_VALUE - 5 + wait - 1);
        assertTrue(bucket.tokens() <= 0, rate + " " + capacity);
        bucket.fill(Long.MAX_VALUE - 5 + wait);
        assertTrue(bucket.tokens() > 0, rate + " " + capacity);
        bucket.fill(Long.MIN_VALUE / 2);
        assertEquals(capacity, bucket.tokens());
      }
    }
  }

  @Test
  void limitersInheritWhatIsLeft() {
    long[] now = {0};
    RateLimiter first = new RateLimiter(new RateLimit(1_000, 0, 10_000), () -> now[0], null);
    first.pass(9_000);
    RateLimiter second = new RateLimiter(new RateLimit(1_000, 0, 50_000), () -> now[0], first);
    second.pass(1_000);
    assertTrue(second.isExhausted(), "a change of the limit gave a burst");
    assertEquals(1, second.waitMillis());
    now[0] += MILLI;
    assertTrue(!second.isExhausted());
    assertEquals(RateLimiter.NOT_WAITING, second.waitMillis());
  }

  @Test
  void whoWaitsForSmallBurstsDoesNotSleep() {
    // Of 1 MB a second with a burst of 1 KB, half would be lost in 2 ms.
    RateLimiter limiter = new RateLimiter(new RateLimit(1_000_000, 0, 1_000), () -> 0, null);
    limiter.pass(1_500);
    assertEquals(0, limiter.waitMillis());
    RateLimiter slow = new RateLimiter(new RateLimit(1_000_000, 0, 10_000), () -> 0, null);
    slow.pass(12_500);
    assertEquals(3, slow.waitMillis());
  }
}
