package io.fastvif.vif.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.fastvif.vif.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Damaged documents are read, or refused with the one exception; nothing else happens. */
class MutationTest {
  private static final int COUNT = 2_000;
  private static final long SEED = 20261121;

  /** Values to put in the place of others. */
  private static final List<String> FRAGMENTS =
      List.of(
          "null",
          "true",
          "-1",
          "1e999999",
          "9".repeat(400),
          "\"\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "NaN",
          "[".repeat(200),
          "\"" + "x".repeat(5_000) + "\"",
          "\"versioned_object.data\":{}",
          "\"1.9\"",
          "\"VIFBridge\"",
          "\u0000",
          "\"a/b\"",
          ",",
          "}",
          "\"objects\"");

  private final Random random = new Random(SEED);

  @Test
  void everyMutantIsReadOrRefused() throws IOException {
    List<String> files = new ArrayList<>(Samples.files().values());
    int[] outcomes = new int[2];
    Assertions.assertTimeout(
        Duration.ofMinutes(1),
        () -> {
          for (int i = 0; i < COUNT; i++) {
            byte[] mutant = files.get(random.nextInt(files.size())).getBytes(UTF_8);
            for (int n = random.nextInt(3); n >= 0; n--) {
              mutant = mutate(mutant);
            }
            outcomes[isRead(mutant, i) ? 0 : 1]++;
          }
        });
    assertEquals(COUNT, outcomes[0] + outcomes[1]);
    assertTrue(outcomes[1] > COUNT / 2, "most mutants are refused: " + outcomes[1]);
    assertTrue(outcomes[0] > 0, "harmless mutants are read");
  }

  private static boolean isRead(byte[] mutant, int number) {
    try {
      PlugRequests.read(new ByteArrayInputStream(mutant));
      return true;
    } catch (InvalidInputException e) {
      assertTrue(e.getMessage().length() < 2_000, e.getMessage());
      assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
      return false;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      return fail("mutant " + number + ": " + new String(mutant, UTF_8), e);
    }
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
