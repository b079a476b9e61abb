package io.fastvif.macvtap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.FileIo;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netlink.route.kind.MacvlanMode;
import io.fastvif.netlink.route.kind.Macvtap;
import io.fastvif.netlink.route.kind.Veth;
import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TapNodeTest {
  /** A number that no device has. */
  private static final int UNUSED_MINOR = 0xfff00;

  @TempDir Path temporary;
  private Path sysfs;
  private Path dev;

  @BeforeEach
  void makeTree() throws IOException {
    sysfs = Files.createDirectory(temporary.resolve("sys"));
    dev = Files.createDirectory(temporary.resolve("dev"));
    Path link = Files.createDirectories(sysfs.resolve("class/net/mt0/tap7")).getParent();
    Files.writeString(link.resolve("ifindex"), "7\n");
    Files.writeString(link.resolve("tap7/dev"), "246:300\n");
    Files.createDirectories(sysfs.resolve("dev/char"));
  }

  @Test
  void theFileIsNamedByTheIndex() throws IOException {
    assertEquals(new TapNode(dev.resolve("tap7"), 246, 300), TapNode.of("mt0", dev, sysfs));
  }

  @Test
  void aLinkThatIsGoneOrNoMacvtapIsNamed() throws IOException {
    String gone = assertThrows(IOException.class, () -> TapNode.of("mt1", dev, sysfs)).getMessage();
    assertTrue(gone.startsWith("there is no macvtap mt1: no "), gone);
    Path veth = Files.createDirectories(sysfs.resolve("class/net/veth0"));
    Files.writeString(veth.resolve("ifindex"), "8\n");
    String noMacvtap =
        assertThrows(IOException.class, () -> TapNode.of("veth0", dev, sysfs)).getMessage();
    assertTrue(noMacvtap.endsWith("veth0/tap8/dev"), noMacvtap);
  }

  @Test
  void otherFilesAreLeftAlone() throws IOException {
    TapNode node = TapNode.of("mt0", dev, sysfs);
    assertFalse(node.remove());
    Files.writeString(node.path(), "mine");
    IOException taken = assertThrows(IOException.class, () -> node.prepare(-1, -1, 0666, sysfs));
    assertEquals(
        node.path() + " is another device's: expected that of 246:300", taken.getMessage());
    assertFalse(node.remove());
    assertEquals("mine", Files.readString(node.path()));
  }

  @KernelTest
  void aMissingFileIsMadeAndRemoved() throws IOException {
    TapNode node = TapNode.of("mt0", dev, sysfs);
    assertTrue(node.prepare(107, 36, 0660, sysfs));
    assertEquals(0020660, Files.getAttribute(node.path(), "unix:mode"));
    assertEquals(107, Files.getAttribute(node.path(), "unix:uid"));
    assertEquals(36, Files.getAttribute(node.path(), "unix:gid"));
    assertEquals((246L << 8) | 44 | (256 << 12), Files.getAttribute(node.path(), "unix:rdev"));
    assertFalse(node.prepare(107, 36, 0660, sysfs));
    assertFalse(node.prepare(-1, -1, -1, sysfs));
    assertTrue(node.prepare(0, -1, -1, sysfs));
    assertEquals(0, Files.getAttribute(node.path(), "unix:uid"));
    assertEquals(36, Files.getAttribute(node.path(), "unix:gid"));
    assertTrue(node.remove());
    assertFalse(Files.exists(node.path()));
    assertFalse(node.remove());
  }

  @KernelTest
  void aFileOfADeviceThatIsGoneIsReplacedAndOneOfALivingDeviceIsNot() throws IOException {
    TapNode node = TapNode.of("mt0", dev, sysfs);
    String file = node.path().toString();
    assertEquals(0, FileIo.makeCharacterDevice(file, 0600, 246, UNUSED_MINOR));
    assertTrue(node.prepare(-1, -1, -1, sysfs));
    assertTrue(node.remove());
    assertEquals(0, FileIo.makeCharacterDevice(file, 0600, 246, 301));
    Files.createFile(sysfs.resolve("dev/char/246:301"));
    assertThrows(IOException.class, () -> node.prepare(-1, -1, -1, sysfs));
    assertFalse(node.remove());
    assertTrue(Files.exists(node.path()));
  }

  private static void makeMacvtap() {
    try (RouteSocket socket = RouteSocket.open()) {
      socket.execute(socket.link().create("v0").kind(new Veth().peerName("v1")));
      int lower = socket.indexOf("v0");
      Macvtap macvtap = new Macvtap().mode(MacvlanMode.BRIDGE);
      socket.execute(socket.link().create("mt0").lowerLink(lower).kind(macvtap));
    }
  }

  /** Links of the same name and index in two namespaces are two devices. */
  @KernelTest
  void eachNamespaceHasItsOwn() throws IOException {
    makeMacvtap();
    TapNode here = TapNode.of("mt0", dev);
    try (Netns other = Netns.createPrivate()) {
      TapNode there =
          other.call(
              () -> {
                assertThrows(IOException.class, () -> TapNode.of("mt0", dev));
                makeMacvtap();
                return TapNode.of("mt0", dev);
              });
      assertEquals(here.path(), there.path());
      assertEquals(here.major(), there.major());
      assertFalse(here.minor() == there.minor());
      assertTrue(here.prepare(-1, -1, -1));
      // The real sysfs knows that the file is another living device's.
      assertThrows(IOException.class, () -> there.prepare(-1, -1, -1));
    }
    assertTrue(here.remove());
  }
}
