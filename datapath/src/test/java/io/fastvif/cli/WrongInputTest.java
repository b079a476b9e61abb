package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Wrong input ends with status 2, says where and what is wrong, and touches nothing. */
class WrongInputTest {
  private static final String GENERIC = "3.0.0/generic-none.json";
  private static final String BRIDGE = "3.0.0/bridge-none.json";

  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private void refused(String content, String message, String... options) throws Exception {
    Path file = Files.writeString(folder.resolve("in.json"), content);
    refused(file, file + ": " + message, options);
  }

  /** Refused by every command that plans, with the same words, and without any change. */
  private void refused(Path file, String message, String... options) throws Exception {
    String before = ip.run("-o link");
    for (String command : new String[] {"plug", "unplug", "plan"}) {
      String[] arguments = new String[options.length + 2];
      arguments[0] = command;
      System.arraycopy(options, 0, arguments, 1, options.length);
      arguments[arguments.length - 1] = file.toString();
      CommandRun run = CommandRun.of(arguments).expect(Fastvif.WRONG_INPUT);
      assertEquals("fastvif: " + message + "\n", run.err());
      assertTrue(run.out().isEmpty() || isRefusal(run, message), run.out());
    }
    assertEquals(before, ip.run("-o link"));
  }

  /** Whether a VIF that could not be planned has a result that says why. */
  private static boolean isRefusal(CommandRun run, String message) {
    String error = "\"error\":\"" + message.replace("\"", "\\\"") + "\",\"step\":\"plan\"";
    return run.lines().size() == 1
        && run.out().contains("\"outcome\":\"failed\"")
        && run.out().contains(error);
  }

  private static String sample(String name, String from, String to) throws IOException {
    String text = Files.readString(Vifs.sample(name));
    String changed = text.replace(from, to);
    assertTrue(!changed.equals(text), "nothing replaced");
    return changed;
  }

  @KernelTest
  void brokenJson() throws Exception {
    refused(
        "",
        "the input is not valid at line 1, column 1: the input ends before the value does: expected"
            + " well-formed JSON");
    refused(
        "hello",
        "the input is not valid at line 1, column 1: Unrecognized token 'hello': was expecting"
            + " (JSON String, Number, Array, Object or token 'null', 'true' or 'false'): expected"
            + " well-formed JSON");
    refused(
        "{",
        "the input is not valid at line 1, column 2: Unexpected end-of-input: expected close"
            + " marker for Object (opened at line: 1, column: 1): expected well-formed JSON");
    String whole = Files.readString(Vifs.sample(GENERIC));
    Path file = Files.writeString(folder.resolve("in.json"), whole.substring(0, 400));
    CommandRun run = CommandRun.of("plug", file.toString()).expect(Fastvif.WRONG_INPUT);
    assertTrue(run.err().startsWith("fastvif: " + file + ": the input is not valid at line "));
    refused(
        "17", "vif: \"17\" is a number: expected a VIF, or an object with a VIF under the key vif");
    refused("{\"name\":\"x\"}", "vif is missing: expected a VIF");
  }

  @KernelTest
  void filesThatCannotBeRead() throws Exception {
    Path missing = folder.resolve("missing.json");
    refused(missing, missing + ": cannot be read: No such file or directory");
    refused(folder, folder + ": cannot be read: Is a directory");
    CommandRun none = CommandRun.of("plug", "").expect(Fastvif.WRONG_INPUT);
    assertEquals("fastvif: \"\" is not a file: expected a file's path\n", none.err());
  }

  @KernelTest
  void wrongTypesAndVersions() throws Exception {
    CommandRun unknown = plug(sample(GENERIC, "VIFGeneric", "VIFGenerik"));
    assertTrue(
        unknown
            .err()
            .contains(
                "in.json: vif.versioned_object.name: \"VIFGenerik\" is not a known object:"
                    + " expected one of VIFGeneric, VIFBridge"),
        unknown.err());
    String bare = Vifs.json(Vifs.tap("v", "t0").build());
    refused(
        bare.replace("\"1.0\"", "\"1.9\""),
        "[0].versioned_object.version: \"1.9\" is a newer version of VIFGeneric than known here:"
            + " expected 1.0 at most");
    refused(
        bare.replace("\"1.0\"", "\"2.0\""),
        "[0].versioned_object.version: \"2.0\" is a version of VIFGeneric with another major"
            + " number: expected 1.0 at most");
    CommandRun odd = plug(bare.replace("\"1.0\"", "\"one\""));
    assertTrue(odd.err().contains("[0].versioned_object.version: \"one\" is not"), odd.err());
  }

  private CommandRun plug(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("in.json"), content);
    return CommandRun.of("plug", file.toString()).expect(Fastvif.WRONG_INPUT);
  }

  @KernelTest
  void standardInputIsReadOnce() {
    CommandRun run = CommandRun.of("plan", "-", "-").expect(Fastvif.WRONG_INPUT);
    assertEquals("fastvif: standard input is given twice: expected - once\n", run.err());
  }

  @KernelTest
  void wrongNamesAndAddresses() throws Exception {
    String expected = "1 to 15 bytes without slash, colon, percent sign or white space";
    for (String name : new String[] {"a-name-too-long!", "up/link", "a b", "tap%d"}) {
      refused(
          sample(GENERIC, "tap18072e8c", name),
          "vif.vif_name: \""
              + name
              + "\" is not the name of a network device: expected "
              + expected);
    }
    refused(
        sample(GENERIC, "fa:16:3e:20:82:3c", "zz"),
        "vif.address: \"zz\" is not a MAC address: expected six hexadecimal pairs separated by"
            + " colons");
  }

  @KernelTest
  void wrongPlugins() throws Exception {
    refused(
        sample(GENERIC, "\"plugin\": \"tap\"", "\"plugin\": \"vrouter\""),
        "vif.plugin: \"vrouter\" is not installed: expected one of direct, hostdev, linux_bridge,"
            + " nested_dpdk, noop, ovs, tap, vhostuser, vhostuser_fp");
    refused(
        sample(GENERIC, "\"plugin\": \"tap\"", "\"plugin\": \"linux_bridge\""),
        "vif.versioned_object.name: \"VIFGeneric\" is not plugged by the plugin linux_bridge:"
            + " expected VIFBridge, or the plugin tap");
    refused(
        sample("3.0.0/bridge-ovs.json", "\"plugin\": \"ovs\"", "\"plugin\": \"linux_bridge\""),
        "vif.port_profile: \"VIFPortProfileOpenVSwitch\" is not taken by the plugin linux_bridge:"
            + " expected a VIFBridge without port profile");
  }

  @KernelTest
  void wrongOptions() throws Exception {
    Path file = Vifs.sample(BRIDGE);
    refused(file, "--option: \"x\" has no value: expected PLUGIN.OPTION=VALUE", "-o", "x");
    refused(
        file,
        "--option: linux_bridge.create_port: \"tab\" is not known: expected one of none, tap, veth",
        "-o",
        "linux_bridge.create_port=tab");
    refused(
        file,
        "option: \"tap.color\" is not known: expected one of tap.multi_queue, tap.vnet_header,"
            + " tap.owner, tap.group, tap.network_device_mtu",
        "-o",
        "tap.color=red");
    CommandRun unknown = CommandRun.of("plug", "-o", "top.owner=7", file.toString());
    unknown.expect(Fastvif.WRONG_INPUT);
    assertTrue(
        unknown
            .err()
            .startsWith(
                "fastvif: option: \"top.owner\" is no installed plugin's: expected PLUGIN.OPTION"
                    + " with one of the plugins direct, "),
        unknown.err());
  }

  @KernelTest
  void wrongNamespaces() {
    String file = Vifs.sample(GENERIC).toString();
    String[][] cases = {
      {"fastvif-none", "open(/run/netns/fastvif-none): ENOENT (No such file or directory)"},
      {"./none", "open(./none): ENOENT (No such file or directory)"},
      {"/proc/self/mounts/x", "open(/proc/self/mounts/x): ENOTDIR (Not a directory)"},
      {"/proc/self/ns/mnt", "setns(/proc/self/ns/mnt): EINVAL (Invalid argument)"},
      {"", "not a namespace's name: \"\""},
    };
    for (String[] each : cases) {
      String message =
          "fastvif: --netns: \"" + each[0] + "\" is not a network namespace: " + each[1] + "\n";
      assertEquals(message, CommandRun.of("plug", "--netns", each[0], file).expect(2).err());
      assertEquals(message, CommandRun.of("list", "--netns", each[0]).expect(2).err());
    }
  }

  @KernelTest
  void oneThatCannotBePlannedDoesNotKeepTheOthersFromBeingPlugged() throws Exception {
    String good = Vifs.json(Vifs.tap("v0", "t0").build(), Vifs.tap("v1", "t1").build());
    String wrong = Vifs.json(Vifs.tap("v2", "t2").plugin("nobody's").build());
    String array = good.replaceFirst("]$", "," + wrong.substring(1));
    Path file = Files.writeString(folder.resolve("in.json"), array);
    String message = "[2].plugin: \"nobody's\" is not installed: expected one of direct, hostdev,";
    for (String command : new String[] {"plug", "unplug"}) {
      CommandRun run = CommandRun.of(command, file.toString()).expect(Fastvif.FAILED);
      assertEquals(3, run.lines().size());
      for (String line : run.lines().subList(0, 2)) {
        assertTrue(line.contains("\"outcome\":\"" + command + "ged\""), line);
      }
      assertTrue(
          run.lines().get(2).startsWith("{\"id\":\"v2\",\"name\":\"t2\",\"outcome\":\"failed\""));
      assertTrue(run.err().startsWith("fastvif: " + file + ": " + message), run.err());
    }
    CommandRun plan = CommandRun.of("plan", file.toString()).expect(Fastvif.WRONG_INPUT);
    assertTrue(plan.out().contains("VIF v1 t1:\n  1. create tap t1"), plan.out());
    assertTrue(plan.err().startsWith("fastvif: " + file + ": " + message), plan.err());
    // A file that cannot be read is not known by half.
    refused(
        array.replace("\"t2\"", "\"t/2\""),
        "[2].vif_name: \"t/2\" is not the name of a network device: expected 1 to 15 bytes without"
            + " slash, colon, percent sign or white space");
  }

  @KernelTest
  void aVifInAnObjectIsNamedWithItsKey() throws Exception {
    String wrong = Vifs.json(Vifs.tap("v2", "t2").plugin("nobody's").build());
    String wrapped = wrong.replaceFirst("^\\[", "[{\"vif\":").replaceFirst("]$", "}]");
    refused(
        wrapped,
        "[0].vif.plugin: \"nobody's\" is not installed: expected one of direct, hostdev,"
            + " linux_bridge, nested_dpdk, noop, ovs, tap, vhostuser, vhostuser_fp");
    refused(
        wrapped.replace("\"t2\"", "\"t/2\""),
        "[0].vif.vif_name: \"t/2\" is not the name of a network device: expected 1 to 15 bytes"
            + " without slash, colon, percent sign or white space");
  }

  @KernelTest
  void twoVifsOfOneIdAreRefused() throws Exception {
    Path file = folder.resolve("in.json");
    Files.writeString(
        file,
        Vifs.json(
            Vifs.tap("v0", "t0").build(),
            Vifs.tap("v0", "t1").build(),
            Vifs.tap("v1", "t2").build()));
    String also = ".id: \"v0\" is also the id of another VIF, [%d] of " + file;
    for (String command : new String[] {"plug", "unplug"}) {
      CommandRun run = CommandRun.of(command, file.toString()).expect(Fastvif.FAILED);
      assertTrue(run.err().contains("[0]" + also.formatted(1)), run.err());
      assertTrue(run.err().contains("[1]" + also.formatted(0)), run.err());
      assertTrue(run.lines().get(2).contains(command + "ged"), run.out());
    }
  }
}
