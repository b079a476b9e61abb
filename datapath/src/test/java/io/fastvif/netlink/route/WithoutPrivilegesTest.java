package io.fastvif.netlink.route;

import static io.fastvif.bindings.linux.linux_h.NETLINK_ROUTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.Sockets;
import io.fastvif.netlink.NetlinkSocket;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.testing.UnprivilegedMain;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a user without CAP_NET_ADMIN gets: reading, smaller buffers, and an error that says why. */
class WithoutPrivilegesTest {
  private static final int NOBODY = 65534;

  private final Peer setpriv = Peer.require("setpriv", "util-linux");
  private Path classes;
  private int sendLimit;
  private int receiveLimit;

  /** The limits are shown in the host's namespace only, which the test has not left yet. */
  @BeforeEach
  void prepare() throws IOException, URISyntaxException {
    sendLimit = limit("wmem_max");
    receiveLimit = limit("rmem_max");
    classes = Files.createTempDirectory("fastvif-unprivileged");
    copyModule(RouteSocket.class);
    copyModule(Sockets.class);
    copyClass(UnprivilegedMain.class);
    try (Stream<Path> all = Files.walk(classes)) {
      for (Path path : all.toList()) {
        String permissions = Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
      }
    }
  }

  @AfterEach
  void removeCopies() throws IOException {
    try (Stream<Path> all = Files.walk(classes)) {
      for (Path path : all.toList().reversed()) {
        Files.delete(path);
      }
    }
  }

  @KernelTest
  void linksAreReadButNotMade() throws Exception {
    String output =
        setpriv.run(
            String.join(
                " ",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes.toString(),
                UnprivilegedMain.class.getName(),
                Integer.toString(tooMuch())));
    List<String> lines = output.lines().toList();
    // As much as the limit, doubled for the kernel's own overhead.
    assertTrue(lines.contains("send buffer: " + 2 * sendLimit), output);
    assertTrue(lines.contains("receive buffer: " + 2 * receiveLimit), output);
    assertTrue(lines.contains("link: lo"), output);
    assertTrue(lines.contains("index of lo: 1"), output);
    assertTrue(lines.contains("errno: " + Errno.EPERM), output);
    assertEquals(
        1,
        lines.stream()
            .filter(line -> line.startsWith("message: RTM_NEWLINK v0: EPERM"))
            .filter(line -> line.endsWith(": needs root or CAP_NET_ADMIN"))
            .count(),
        output);
    try (RouteSocket route = RouteSocket.open()) {
      assertEquals(0, route.indexOf("v0"));
    }
    try (NetlinkSocket root = NetlinkSocket.open(NETLINK_ROUTE, tooMuch())) {
      assertEquals(2 * tooMuch(), root.receiveBufferSize());
    }
  }

  /** More than another user may have. */
  private int tooMuch() {
    return 2 * Math.max(sendLimit, receiveLimit);
  }

  /** With one read: the kernel answers only the first one of a sysctl's file. */
  private static int limit(String name) throws IOException {
    byte[] text = new byte[32];
    try (InputStream file = Files.newInputStream(Path.of("/proc/sys/net/core", name))) {
      int length = file.read(text);
      return Integer.parseInt(new String(text, 0, length, StandardCharsets.US_ASCII).trim());
    }
  }

  /** Another user may not read the build's folder: copies the classes of a module from it. */
  private void copyModule(Class<?> member) throws IOException, URISyntaxException {
    Path source = Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(source)) {
      copyTree(source);
      return;
    }
    try (FileSystem jar = FileSystems.newFileSystem(source)) {
      copyTree(jar.getPath("/"));
    }
  }

  private void copyTree(Path source) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(WithoutPrivilegesTest::isNeeded).toList()) {
        Path target = classes.resolve(source.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  private static boolean isNeeded(Path file) {
    String name = file.toString();
    return name.endsWith(".class") && !name.endsWith("module-info.class");
  }

  private void copyClass(Class<?> member) throws IOException {
    Path target = classes.resolve(member.getName().replace('.', '/') + ".class");
    Files.createDirectories(target.getParent());
    try (InputStream bytes = member.getResourceAsStream(member.getSimpleName() + ".class")) {
      Files.copy(bytes, target);
    }
  }
}
