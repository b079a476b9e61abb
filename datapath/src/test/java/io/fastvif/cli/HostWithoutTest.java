package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Hosts on which something is missing or may not be written, as in containers. */
class HostWithoutTest {
  private static final String TAP = "5c1f4a1e-0000-4000-8000-000000000001";
  private static final String BRIDGED = "5c1f4a1e-0000-4000-8000-000000000002";
  private static final String VETH = "linux_bridge.create_port=veth";

  private final Peer ip = Peer.require("ip", "iproute2");
  private final Peer unshare = Peer.require("unshare", "util-linux");

  @TempDir Path folder;

  private String tap() throws IOException {
    return write("t.json", Vifs.json(Vifs.tap(TAP, "t1").build()));
  }

  private String bridged() throws IOException {
    return write("b.json", Vifs.json(Vifs.bridged(BRIDGED, "b1", "", 1500)));
  }

  private String write(String name, String json) throws IOException {
    return Files.writeString(folder.resolve(name), json).toString();
  }

  /** Runs the command after these words of a shell, which mount in a namespace of their own. */
  private ChildRun with(String mounts, String... arguments) throws Exception {
    String inner = "set -e; " + mounts + "; exec \"$@\"";
    return ChildRun.inShell(
        unshare.path() + " -m --propagation private sh -c '" + inner + "' sh \"$@\"", arguments);
  }

  private static final String READ_ONLY_SYSCTLS =
      "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys";

  private static void set(String sysctl, String value) throws IOException {
    // The file is that of the reading thread's namespace.
    Files.writeString(Path.of("/proc/sys/net", sysctl), value);
  }

  @KernelTest
  void readOnlySysctlsAreNoMatterWhereNothingIsWritten() throws Exception {
    set("ipv6/conf/default/disable_ipv6", "1");
    ChildRun plug = with(READ_ONLY_SYSCTLS, "plug", "-o", VETH, bridged());
    assertEquals(Fastvif.DONE, plug.status(), plug::toString);
    assertTrue(ip.run("-o link").contains("b1@"));
    assertEquals(Fastvif.DONE, with(READ_ONLY_SYSCTLS, "unplug", bridged()).status());
    assertEquals(Fastvif.DONE, with(READ_ONLY_SYSCTLS, "plug", tap()).status());
  }

  @KernelTest
  void readOnlySysctlsThatHadToBeWrittenAreNamedAndNothingIsLeft() throws Exception {
    ChildRun plug = with(READ_ONLY_SYSCTLS, "plug", "-o", VETH, bridged());
    assertEquals(Fastvif.FAILED, plug.status(), plug::toString);
    assertTrue(plug.err().contains("set br0: disable_ipv6 1: EROFS"), plug.err());
    assertTrue(plug.out().contains("\"left_behind\":[]"), plug.out());
    assertFalse(ip.run("-o link").contains("br0"));
  }

  @KernelTest
  void aKernelWithoutIpv6NeedsNoneOfItsSettings() throws Exception {
    ChildRun plug = with("mount -t tmpfs none /proc/sys/net/ipv6", "plug", "-o", VETH, bridged());
    assertEquals(Fastvif.DONE, plug.status(), plug::toString);
  }

  @KernelTest
  void aMissingTunDeviceIsNamed() throws Exception {
    ChildRun none = with("mount -t tmpfs none /dev/net", "plug", tap());
    assertEquals(Fastvif.FAILED, none.status(), none::toString);
    assertTrue(none.err().contains("there is no /dev/net/tun"), none.err());
    ChildRun other = with("mount --bind /dev/null /dev/net/tun", "plug", tap());
    assertTrue(other.err().contains("/dev/net/tun is another device"), other.err());
    assertFalse(ip.run("-o link").contains("t1"));
  }

  @KernelTest
  void sysfsMayBeReadOnlyOrMissing() throws Exception {
    for (String mounts : new String[] {"mount -o remount,bind,ro /sys", "umount -l /sys"}) {
      ChildRun plug = with(mounts, "plug", "-o", VETH, tap(), bridged());
      assertEquals(Fastvif.DONE, plug.status(), plug::toString);
      ChildRun unplug = with(mounts, "unplug", tap(), bridged());
      assertEquals(Fastvif.DONE, unplug.status(), unplug::toString);
      assertEquals(Fastvif.DONE, with(mounts, "vf", "list").status());
    }
  }

  /** There, SO_RCVBUFFORCE is refused, and 400 answers do not fit into the default buffer. */
  @KernelTest
  void rootOfAUserNamespacePlugsInIt() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    String copy = ChildRun.copyClassPath(folder);
    StringBuilder all = new StringBuilder("[");
    for (int i = 100; i < 500; i++) {
      String id = i + BRIDGED.substring(3); // the peer's name is of its first characters
      String vif = Vifs.json(Vifs.bridged(id, "v" + i, "", 1500));
      all.append(i == 100 ? "" : ",").append(vif, 1, vif.length() - 1);
    }
    String many = write("many.json", all.append(']').toString());
    ChildRun run = ChildRun.inUserNamespace(copy, "plug", "-o", VETH, tap(), many);
    assertEquals(Fastvif.DONE, run.status(), run.err());
    assertEquals(401, run.out().lines().filter(line -> line.contains("\"plugged\"")).count());
  }

  @KernelTest
  void fewDescriptorsAreEnough() throws Exception {
    // Each archive of the class path takes one.
    List<String> classPath = List.of(ChildRun.classPath().split(":", -1));
    long archives = classPath.stream().filter(entry -> entry.endsWith(".jar")).count();
    String limit = "ulimit -n " + (24 + archives) + "; exec \"$@\"";
    ChildRun plug = ChildRun.inShell(limit, "plug", tap());
    assertEquals(Fastvif.DONE, plug.status(), plug::toString);
  }

  @KernelTest
  void errorNamesAFileThatIsNotANamespace() throws Exception {
    for (String name :
        new String[] {"nosuch", "/etc/passwd", "../../../etc/passwd", "", "/proc/self/ns/mnt"}) {
      CommandRun list = CommandRun.of("list", "--netns", name).expect(Fastvif.WRONG_INPUT);
      assertTrue(list.err().contains("is not a network namespace"), list::toString);
    }
    CommandRun.of("list", "--netns", "/proc/self/ns/net").expect(Fastvif.DONE);
  }
}
