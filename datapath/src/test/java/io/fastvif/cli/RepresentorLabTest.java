package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Lab;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Eswitch modes and representors on a card of two physical functions with seven virtual ones each,
 * beside {@code devlink} and {@code ip}.
 */
class RepresentorLabTest {
  private static final int VFS = 14;

  @TempDir static Path out;

  private static Lab lab;

  @BeforeAll
  static void workInTheLab() throws IOException, InterruptedException {
    lab =
        Lab.of("representors.sh", out)
            .functions(2)
            .seconds(900)
            .launcher("fastvif", CommandServer.class)
            .run();
    List<String> times = lab.text("times").lines().toList();
    System.out.println("renaming " + VFS + " representors in the lab, microseconds: " + times);
  }

  private static String text(String file) {
    return lab.text(file);
  }

  private static void assertDone(String command) {
    assertEquals("0\n", text(command + ".status"), () -> text(command + ".err") + lab.log());
  }

  @Test
  void modesAreDevlinks() {
    assertDone("mode1");
    assertDone("mode2");
    assertEquals(text("modes.devlink"), text("modes.out"));
    assertEquals(7, Pattern.compile("eth").matcher(text("mode2.out")).results().count());
  }

  @Test
  void listedIsWhatDevlinkLists() {
    assertDone("list");
    Set<String> listed =
        text("list.out")
            .lines()
            .filter(line -> line.contains("\"kind\":\"vf\""))
            .map(
                line ->
                    line.replaceAll(
                        ".*\"link\":\"(\\w+)\".*\"pf\":(\\d+),\"number\":(\\d+),.*", "$1 $2 $3"))
            .collect(Collectors.toSet());
    assertEquals(text("list.devlink").lines().collect(Collectors.toSet()), listed);
    assertEquals(VFS, listed.size());
  }

  @Test
  void oneIsFoundByItsAddressAndByItsNumber() {
    String expected =
        text("list.devlink")
            .lines()
            .filter(line -> line.endsWith(" 1 3"))
            .map(line -> line.split(" ", -1)[0] + "\n")
            .collect(Collectors.joining());
    assertEquals(expected, text("find.out"));
    assertEquals(expected, text("number.out"));
    assertDone("uplink");
  }

  @Test
  void aModeIsNotChangedUnderAFunctionInUse() {
    assertEquals("2\n", text("refused.status"));
    assertTrue(
        text("refused.err").matches("(?s).*in use: VF 2 \\(\\S+\\): its link \\w+ is up.*"),
        () -> text("refused.err"));
    assertTrue(text("refused.mode").contains("mode switchdev"), () -> text("refused.mode"));
    assertDone("forced");
    assertTrue(text("forced.out").contains("\"mode\":\"legacy\""), () -> text("forced.out"));
  }

  @Test
  void functionsAreMadeAnewAndTheirRepresentorsFound() {
    assertDone("recreated");
    assertEquals("7\n", text("recreated.vfs"));
    assertEquals(7, Pattern.compile("eth").matcher(text("recreated.out")).results().count());
  }

  @Test
  void allAreRenamedAtOnceAndBackAgainUpOrDown() {
    assertDone("rename");
    assertDone("back");
    for (String state : List.of("down", "up")) {
      assertEquals(
          VFS, text(state + ".renamed").lines().filter(line -> line.startsWith("rep")).count());
      assertEquals(text(state + ".before"), text(state + ".after"));
      assertEquals(VFS, text(state + ".before").lines().count());
    }
    assertTrue(text("up.after").contains(",UP"), () -> text("up.after"));
  }

  private static long least(String state, String who) {
    String prefix = state + " " + who + " ";
    return text("times")
        .lines()
        .filter(line -> line.startsWith(prefix))
        .mapToLong(line -> Long.parseLong(line.substring(prefix.length())))
        .min()
        .orElseThrow();
  }

  @Test
  void theBatchIsFasterThanIpOneByOne() {
    for (String state : List.of("down", "up")) {
      assertTrue(least(state, "fastvif") < least(state, "ip"), () -> text("times"));
    }
  }
}
