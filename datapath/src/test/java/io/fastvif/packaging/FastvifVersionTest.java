package io.fastvif.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.FastvifVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The version is one and the same wherever it is written. */
class FastvifVersionTest {
  private static final Pattern POM_VERSION =
      Pattern.compile("<artifactId>fastvif-parent</artifactId>\\s*<version>([^<]+)</version>");
  private static final Pattern PYTHON_VERSION = Pattern.compile("(?m)^Version: (\\S+)$");
  private static final Pattern SECTION = Pattern.compile("(?m)^## (\\S+)");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../pom.xml",
        "../native-bindings/pom.xml",
        "../datapath/pom.xml",
        "../benchmarks/pom.xml"
      })
  void isThatOfEveryPom(String pom) throws IOException {
    assertEquals(FastvifVersion.text(), first(POM_VERSION, pom));
  }

  @Test
  void isThatOfTheNewestChanges() throws IOException {
    assertEquals(FastvifVersion.text().replace("-SNAPSHOT", ""), first(SECTION, "../CHANGELOG.md"));
  }

  @Test
  void isThatOfThePythonPlugin() throws IOException {
    assertEquals(
        FastvifVersion.text().replace("-SNAPSHOT", ".dev0"),
        first(PYTHON_VERSION, "src/main/python/fastvif_os_vif.dist-info/METADATA"));
  }

  private static String first(Pattern pattern, String file) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(Path.of(file)));
    assertTrue(matcher.find(), file);
    return matcher.group(1);
  }
}
