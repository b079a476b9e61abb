package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab's versions.sh, with an apt-cache that knows what a test says. */
class LabVersionsTest {
  private static final Path VERSIONS = Path.of("src/test/lab/versions.sh").toAbsolutePath();

  @TempDir private Path folder;

  @BeforeAll
  static void dpkgComparesVersions() throws Exception {
    Peer.require("dpkg", "dpkg");
  }

  @Test
  void imageHeadersAndKbuildOfOneVersion() throws Exception {
    assertEquals(
        List.of("6.1.0-51-amd64 6.1.177-1 6.1.177-1"),
        kernelSets(
            image("51", "6.1.177-1"), headers("51", "6.1.177-1"), "linux-kbuild-6.1 6.1.177-1"));
  }

  @Test
  void newerKbuildIsTakenWhereTheKernelsOwnIsGone() throws Exception {
    assertEquals(
        List.of("6.1.0-56-amd64 6.1.192-2 6.1.192-3", "6.1.0-50-amd64 6.1.176-1 6.1.176-1"),
        kernelSets(
            image("50", "6.1.176-1"),
            headers("50", "6.1.176-1"),
            image("56", "6.1.192-2"),
            headers("56", "6.1.192-2"),
            "linux-kbuild-6.1 6.1.176-1",
            "linux-kbuild-6.1 6.1.192-3"));
  }

  @Test
  void imageNewerThanEveryKbuildLeavesAnOlderOne() throws Exception {
    assertEquals(
        List.of("6.1.0-9-amd64 6.1.27-1 6.1.27-1"),
        kernelSets(
            image("9", "6.1.27-1"),
            headers("9", "6.1.27-1"),
            image("10", "6.1.38-1"),
            headers("10", "6.1.38-1"),
            "linux-kbuild-6.1 6.1.27-1"));
  }

  @Test
  void imageWithoutHeadersAndHeadersWithoutImageAreNoKernel() throws Exception {
    assertEquals(
        List.of("6.1.0-55-amd64 6.1.192-1 6.1.192-3"),
        kernelSets(
            image("55", "6.1.192-1"),
            headers("55", "6.1.192-1"),
            image("56", "6.1.192-2"),
            "linux-headers-6.1.0-56-amd64 6.1.192-2",
            headers("57", "6.1.192-3"),
            "linux-kbuild-6.1 6.1.192-3"));
  }

  @Test
  void imageAndHeadersOfOneReleaseButTwoVersionsAreNoKernel() throws Exception {
    assertEquals(
        List.of("6.1.0-50-amd64 6.1.176-1 6.1.177-1"),
        kernelSets(
            image("50", "6.1.176-1"),
            image("50", "6.1.177-1"),
            headers("50", "6.1.176-1"),
            "linux-kbuild-6.1 6.1.177-1"));
  }

  @Test
  void otherFlavoursAreNoKernel() throws Exception {
    assertEquals(
        List.of(),
        kernelSets(
            "linux-image-6.1.0-56-cloud-amd64 6.1.192-2",
            "linux-image-6.1.0-56-amd64-unsigned 6.1.192-2",
            headers("56", "6.1.192-2"),
            "linux-kbuild-6.1 6.1.192-2"));
  }

  @Test
  void sourceOfTheKernelsVersionThenNewerThenOlder() throws Exception {
    write(
        "linux-source-6.1 6.1.192-3",
        "linux-source-6.1 6.1.192-10",
        "linux-source-6.1 6.1.176-1",
        "linux-source-6.1 6.1.190-1");
    assertEquals(
        List.of("6.1.192-3", "6.1.192-10", "6.1.190-1", "6.1.176-1"),
        run("source_versions 6.1.192-2"));
    assertEquals(
        List.of("6.1.190-1", "6.1.192-3", "6.1.192-10", "6.1.176-1"),
        run("source_versions 6.1.190-1"));
  }

  private static String image(String release, String version) {
    return "linux-image-6.1.0-" + release + "-amd64 " + version;
  }

  private static String headers(String release, String version) {
    return "linux-headers-6.1.0-"
        + release
        + "-amd64 "
        + version
        + "\nlinux-headers-6.1.0-"
        + release
        + "-common "
        + version;
  }

  private List<String> kernelSets(String... packages) throws Exception {
    write(packages);
    return run("kernel_sets");
  }

  /** As {@code apt-cache madison} prints what is in the archive, from two places. */
  private void write(String... packages) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (String line : String.join("\n", packages).split("\n", -1)) {
      String[] words = line.split(" ", -1);
      for (String archive : List.of("debian", "debian-security")) {
        lines.append(
            "%30s | %10s | http://mirror.invalid/%s bookworm/main amd64 Packages\n"
                .formatted(words[0], words[1], archive));
      }
    }
    Files.writeString(folder.resolve("archive"), lines);
    Path cache = folder.resolve("apt-cache");
    Files.writeString(
        cache,
        """
        #!/bin/bash
        cd "$(dirname "$0")" || exit
        case $1 in
          pkgnames) sed 's/^ *//; s/ .*//' archive | sort -u ;;
          madison) for name in "${@:2}"; do grep "^ *$name " archive; done ;;
        esac
        """);
    assertEquals(true, cache.toFile().setExecutable(true));
  }

  private List<String> run(String function) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "bash", "-c", "set -e -o pipefail; . \"$0\"; " + function, VERSIONS.toString());
    builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.lines().toList();
  }
}
