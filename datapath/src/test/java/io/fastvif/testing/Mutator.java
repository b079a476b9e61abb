package io.fastvif.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Damages JSON documents: cuts them, changes, drops and doubles bytes (which makes bad UTF-8 and
 * keys that come twice), and puts values of other types, huge numbers and deep nesting into them.
 */
public final class Mutator {
  /** Values to put in the place of others. */
  private static final List<String> FRAGMENTS =
      List.of(
          "null",
          "true",
          "-1",
          "1e999999",
          "9".repeat(400),
          "9".repeat(50_000),
          "\"\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "NaN",
          "[".repeat(200),
          "{\"a\":".repeat(20_000),
          "\"" + "x".repeat(5_000) + "\"",
          "\"versioned_object.data\":{}",
          "\"1.9\"",
          "\"VIFBridge\"",
          "\u0000",
          "\"a/b\"",
          ",",
          "}",
          "\"objects\"");

  private final Random random;

  /** Damages the same way whenever the seed is the same. */
  public Mutator(long seed) {
    random = new Random(seed);
  }

  /** One of the documents, damaged once to three times. */
  public byte[] next(List<String> documents) {
    byte[] mutant = documents.get(random.nextInt(documents.size())).getBytes(UTF_8);
    for (int n = random.nextInt(3); n >= 0; n--) {
      mutant = mutate(mutant);
    }
    return mutant;
  }

  private byte[] mutate(byte[] in) {
    if (in.length < 2) {
      return in;
    }
    int at = random.nextInt(in.length);
    int end = Math.min(in.length, at + 1 + random.nextInt(80));
    return switch (random.nextInt(6)) {
      case 0 -> Arrays.copyOf(in, at);
      case 1 -> {
        byte[] out = in.clone();
        out[at] = (byte) random.nextInt(256);
        yield out;
      }
      case 2 -> splice(in, at, end, new byte[0]);
      case 3 -> splice(in, at, at, Arrays.copyOfRange(in, at, end));
      case 4 -> splice(in, at, at, fragment());
      default -> replaceValue(in, at);
    };
  }

  private byte[] fragment() {
    return FRAGMENTS.get(random.nextInt(FRAGMENTS.size())).getBytes(UTF_8);
  }

  /** Puts another value behind the next colon, so that the document stays JSON more often. */
  private byte[] replaceValue(byte[] in, int from) {
    int colon = from;
    while (colon < in.length && in[colon] != ':') {
      colon++;
    }
    int end = colon;
    while (end < in.length && in[end] != ',' && in[end] != '\n') {
      end++;
    }
    return splice(in, Math.min(colon + 1, end), end, fragment());
  }

  private static byte[] splice(byte[] in, int from, int to, byte[] middle) {
    byte[] out = new byte[in.length - (to - from) + middle.length];
    System.arraycopy(in, 0, out, 0, from);
    System.arraycopy(middle, 0, out, from, middle.length);
    System.arraycopy(in, to, out, from + middle.length, in.length - to);
    return out;
  }
}
