package io.fastvif.xdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FailureKind;
import io.fastvif.testing.Await;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.InvalidInputException;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What keeps a link from being opened, and what is on the host then. */
class XdpRefusalTest {
  private static XdpException refused(String link, XdpOptions options) {
    return assertThrows(XdpException.class, () -> XdpLink.open(link, options).close());
  }

  private static void assertSays(XdpException refused, FailureKind kind, String... words) {
    assertEquals(kind, refused.kind());
    for (String word : words) {
      assertTrue(refused.getMessage().contains(word), refused::getMessage);
    }
  }

  private static int program() {
    return LinkFacts.of("v0").program();
  }

  @Test
  void optionsAreNamed() {
    assertEquals(
        "ring_size: \"100\" is not a power of two: expected 64, 128 to 32768",
        assertThrows(InvalidInputException.class, () -> XdpOptions.DEFAULT.withRingSize(100))
            .getMessage());
    assertEquals(
        "queues: \"-1\" is out of range: expected 0 to 256",
        assertThrows(InvalidInputException.class, () -> XdpOptions.DEFAULT.withQueues(-1))
            .getMessage());
    assertThrows(InvalidInputException.class, () -> XdpOptions.DEFAULT.withBusyPoll(1_000_000));
  }

  @KernelTest
  void whatTheLinkHasNotIsNamed() throws Exception {
    Peer ip = XdpLinkTest.pair(2, 1500);
    assertSays(
        refused("none0", XdpOptions.DEFAULT), FailureKind.NOT_FOUND, "there is no link none0");
    assertSays(
        refused("v0", XdpOptions.DEFAULT.withQueues(3)),
        FailureKind.NOT_FOUND,
        "queues: 3 of the link v0: expected 1 to 2");
    assertSays(
        refused("v0", XdpOptions.DEFAULT.withCopy(XdpCopy.ZERO_COPY)),
        FailureKind.OTHER,
        "queue 0 of the link v0 has no zero-copy");
    assertSays(
        refused("lo", XdpOptions.DEFAULT.withMode(XdpMode.NATIVE)),
        FailureKind.OTHER,
        "mtu: 65536");
    ip.run("link set lo mtu 1500");
    assertSays(
        refused("lo", XdpOptions.DEFAULT.withMode(XdpMode.NATIVE)),
        FailureKind.OTHER,
        "the link lo has a driver without XDP in native mode");
    assertEquals(0, LinkFacts.of("lo").program());
    // The driver takes less than a page.
    ip.run("link set v0 mtu 3800");
    ip.run("link set v1 mtu 3800");
    assertSays(
        refused("v0", XdpOptions.DEFAULT.withMode(XdpMode.NATIVE)), FailureKind.OTHER, "MTU");
    ip.run("link set v0 mtu 9000");
    assertSays(
        refused("v0", XdpOptions.DEFAULT),
        FailureKind.OTHER,
        "mtu: 9000 of the link v0: expected at most 3818");
    assertEquals(0, program());
  }

  @KernelTest
  void driverWithoutNativeModeIsOpenedInTheNetworkStack() throws Exception {
    Peer.require("ip", "iproute2").run("link set lo mtu 1500 up");
    try (XdpLink link = XdpLink.open("lo", XdpOptions.DEFAULT)) {
      assertEquals(XdpMode.GENERIC, link.mode());
      assertNotEquals(0, LinkFacts.of("lo").program());
    }
    assertEquals(0, LinkFacts.of("lo").program());
  }

  @KernelTest
  void othersProgramStaysAttached() throws Exception {
    XdpLinkTest.pair(1, 1500);
    for (XdpMode mode : List.of(XdpMode.NATIVE, XdpMode.GENERIC)) {
      try (RedirectProgram other = RedirectProgram.load(1)) {
        other.attach(LinkFacts.of("v0").index(), "v0", mode);
        int id = program();
        assertNotEquals(0, id);
        for (XdpMode wanted : XdpMode.values()) {
          assertSays(
              refused("v0", XdpOptions.DEFAULT.withMode(wanted)),
              FailureKind.BUSY,
              "the link v0 has the XDP program with the id " + id);
          // As if it had come after the look.
          try (RedirectProgram late = RedirectProgram.load(1)) {
            assertTrue(
                assertThrows(
                        XdpException.class,
                        () -> late.attach(LinkFacts.of("v0").index(), "v0", wanted))
                    .getMessage()
                    .contains("has another XDP program attached"));
          }
          assertEquals(id, program());
        }
      }
      assertEquals(0, program());
    }
  }

  @KernelTest
  void queueOfAnotherSocketIsLeftToIt() throws Exception {
    XdpLinkTest.pair(1, 1500);
    try (XdpLink first = XdpLink.open("v0", XdpOptions.DEFAULT)) {
      int id = program();
      assertSays(refused("v0", XdpOptions.DEFAULT), FailureKind.BUSY, "id " + id);
      assertEquals(id, program());
      assertEquals("v0", first.name());
    }
  }

  /** Opens a link, says so, and waits for its end. */
  static final class Child {
    private Child() {}

    /** Takes the link's name. */
    public static void main(String[] arguments) throws Exception {
      try (XdpLink link = XdpLink.open(arguments[0], XdpOptions.DEFAULT)) {
        System.out.println(link.mode());
        System.in.read();
      } catch (XdpException refused) {
        System.out.println(refused.getMessage());
      }
    }
  }

  private static Process child(String... before) throws Exception {
    List<String> command = new ArrayList<>(List.of(before));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path"),
            Child.class.getName(),
            "v0"));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  @KernelTest
  void killedProcessLeavesNothingAttached() throws Exception {
    XdpLinkTest.pair(2, 1500);
    Process child = child();
    try (BufferedReader said = child.inputReader()) {
      assertEquals("NATIVE", said.readLine());
      assertNotEquals(0, program());
    } finally {
      child.destroyForcibly().waitFor();
    }
    Await.until("the program is detached", () -> program() == 0);
    XdpLink.open("v0", XdpOptions.DEFAULT).close();
  }

  @KernelTest
  void limitOfLockedMemoryIsNamed() throws Exception {
    Peer setpriv = Peer.require("setpriv", "util-linux");
    Peer prlimit = Peer.require("prlimit", "util-linux");
    XdpLinkTest.pair(1, 1500);
    Process child =
        child(
            prlimit.path().toString(),
            "--memlock=65536",
            setpriv.path().toString(),
            "--bounding-set",
            "-ipc_lock");
    try (BufferedReader said = child.inputReader()) {
      String line = said.readLine();
      assertTrue(line.startsWith("memory of 8192 KiB"), line);
      assertTrue(line.contains("memlock"), line);
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertEquals(0, program());
  }
}
