package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Lab;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
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
 * and on netdevsim, beside {@code devlink} and {@code ip}.
 */
class RepresentorLabTest {
  private static final int VFS = 14;

  @TempDir static Path out;

  private static Lab lab;

  @BeforeAll
  static void workInTheLab() throws IOException, InterruptedException {
    lab =
        Lab.ofNetdevsim("representors.sh", out)
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
  void aSignalDoesNotCutOffASettingOfTheMode() {
    assertTrue(text("ended.before").contains("mode switchdev"), text("ended.before"));
    assertEquals("0\n", text("ended.exit"), lab::log);
    assertTrue(text("ended.line").contains("\"mode\":\"legacy\""), text("ended.line"));
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

  private static void requireNetdevsim() {
    if (!Files.exists(out.resolve("sim-ports"))) {
      Peer.missing("netdevsim is not built: src/test/lab/lab.sh --netdevsim");
    }
  }

  /** The netdevs and numbers of netdevsim's VFs, as devlink has them. */
  private static Set<String> ofNetdevsim(String list) {
    return text(list)
        .lines()
        .filter(line -> line.contains("\"device\":\"netdevsim/netdevsim10\""))
        .filter(line -> line.contains("\"kind\":\"vf\"") && line.contains("\"source\":\"devlink\""))
        .map(line -> line.replaceAll(".*\"link\":\"(\\w+)\".*\"number\":(\\d+),.*", "$1 $2"))
        .collect(Collectors.toSet());
  }

  @Test
  void netdevsimsAreFoundThroughDevlinkAlone() {
    requireNetdevsim();
    assertDone("sim-mode");
    assertTrue(text("sim-mode.out").contains("\"mode\":\"switchdev\""), () -> text("sim-mode.out"));
    assertTrue(text("sim-mode.devlink").contains("mode switchdev"), () -> text("sim-mode.devlink"));
    assertDone("sim-list");
    assertEquals(
        text("sim-ports").lines().collect(Collectors.toSet()), ofNetdevsim("sim-list.out"));
    assertEquals(4, text("sim-ports").lines().count(), text("sim-ports"));
    assertEquals(number2("sim-ports"), text("sim-find.out"));
  }

  private static String number2(String ports) {
    return text(ports)
        .lines()
        .filter(line -> line.endsWith(" 2"))
        .map(line -> line.substring(0, line.length() - 2) + "\n")
        .collect(Collectors.joining());
  }

  /** Its phys_switch_id is there in legacy mode too, and makes no representors. */
  @Test
  void netdevsimHasNoneInLegacyMode() {
    requireNetdevsim();
    assertTrue(
        text("sim-legacy.devlink").contains("mode legacy"), () -> text("sim-legacy.devlink"));
    assertTrue(text("sim-legacy.switch-id").matches("[0-9a-f]+\n"), text("sim-legacy.switch-id"));
    assertDone("sim-legacy");
    assertEquals(Set.of(), ofNetdevsim("sim-legacy.out"));
    assertEquals("1\n", text("sim-nothing.status"));
  }

  @Test
  void netdevsimsAreRenamedAndBackAgain() {
    requireNetdevsim();
    assertDone("sim-rename");
    assertEquals("simvf2\n", number2("sim-renamed"));
    assertEquals("simvf2\n", text("sim-found.out"));
    assertDone("sim-back");
    assertEquals(text("sim-ports"), text("sim-back-ports"));
  }
}
