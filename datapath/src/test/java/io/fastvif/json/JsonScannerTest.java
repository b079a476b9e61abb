package io.fastvif.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Mutator;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scanner takes is what jackson's parser makes of it; what it refuses is jackson's. */
class JsonScannerTest {
  private static final int MUTANTS = 20_000;
  private static final long SEED = 20261201;
  private static final int MAX_VALUES = 100_000;

  private static JsonNode scanned(String text) throws NotPlainException {
    return new JsonScanner(text, MAX_VALUES).document();
  }

  private static List<JsonNode> elements(String text) {
    List<JsonNode> elements = new ArrayList<>();
    JsonTree.elements(text.getBytes(UTF_8), 100, (element, inArray) -> elements.add(element));
    return elements;
  }

  @Test
  void whatOsVifWroteIsNotLeftToJackson() throws Exception {
    for (String document : Samples.files().values()) {
      assertEquals(JsonTree.parsed(document), scanned(document));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "-12.50e+3 ",
        "1E9",
        " [ ] ",
        "{ }",
        "\"\"",
        "null",
        "[true , false,null]",
        "{\"a\" : {\"\" : [1,\t2 ,\r\n3]}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\"",
        "\"\u00e9 \ud83d\ude00 \\ud83d\\ude00 \ud83d\ude00\\n\ud83d\ude00\""
      })
  void aPlainDocumentIsWhatJacksonMakesOfIt(String document) throws Exception {
    assertEquals(JsonTree.parsed(document), scanned(document));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "1x",
        "truex",
        "nul",
        "NaN",
        "'a'",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1,\"a\":1}",
        "1 1",
        "[] []",
        "\"a",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12\"",
        "\"\\ud83d\"",
        "\"\\ud83dx\"",
        "\"\\ude00\"",
        "\"\ud83d\"",
        "\"\ud83dx\"",
        "\"\\ud83d\\n\"",
        "/**/ 1",
        "\ufeff1"
      })
  void anotherIsLeftToJacksonWhichSaysWhatIsWrong(String document) {
    assertThrows(NotPlainException.class, () -> scanned(document));
    assertThrows(InvalidInputException.class, () -> JsonTree.parse(document));
  }

  @Test
  void whatIsTooDeepTooLongOrTooMuchIsLeftToJackson() throws Exception {
    String deepest = "[".repeat(64) + "]".repeat(64);
    assertEquals(JsonTree.parsed(deepest), scanned(deepest));
    assertThrows(NotPlainException.class, () -> scanned("[" + deepest + "]"));
    assertThrows(InvalidInputException.class, () -> JsonTree.parse("[" + deepest + "]"));
    String longest = "1".repeat(1000);
    assertEquals(JsonTree.parsed(longest), scanned(longest));
    assertThrows(NotPlainException.class, () -> scanned(longest + "1"));
    String many = "[" + "1,".repeat(MAX_VALUES - 1) + "1]";
    assertThrows(NotPlainException.class, () -> scanned(many));
    String name = "{\"" + "n".repeat(50_001) + "\":1}";
    assertThrows(NotPlainException.class, () -> scanned(name));
  }

  @Test
  void mutantsAreWhatJacksonMakesOfThem() throws IOException {
    List<String> documents = new ArrayList<>(Samples.files().values());
    documents.add("[-1.5e3, \"\\u00e9\\ud83d\\ude00\", {\"a\": [true, null]}]");
    Mutator mutator = new Mutator(SEED);
    int taken = 0;
    for (int i = 0; i < MUTANTS; i++) {
      String mutant = new String(mutator.next(documents), UTF_8);
      JsonNode node;
      try {
        node = scanned(mutant);
      } catch (NotPlainException notPlain) {
        continue;
      }
      taken++;
      assertEquals(JsonTree.parsed(mutant), node, () -> "of seed " + SEED + ": " + mutant);
    }
    assertTrue(taken > 100, taken + " mutants were taken");
  }

  @Test
  void eachElementIsTakenOnceWhereJacksonTakesOver() {
    assertEquals(elements("[1, \"a\", {}]"), elements("[1, \"a\", {}]\n"));
    List<JsonNode> taken = new ArrayList<>();
    byte[] broken = "[1, 2, 3, {\"a\": x}, 5]".getBytes(UTF_8);
    InvalidInputException problem =
        assertThrows(
            InvalidInputException.class,
            () -> JsonTree.elements(broken, 100, (element, inArray) -> taken.add(element)));
    assertTrue(problem.getMessage().contains("line 1, column "), problem.getMessage());
    assertEquals(elements("[1, 2, 3]"), taken);
    byte[] tooMany = "[1, 2, 3]".getBytes(UTF_8);
    assertThrows(
        InvalidInputException.class, () -> JsonTree.elements(tooMany, 2, (element, inArray) -> {}));
  }
}
