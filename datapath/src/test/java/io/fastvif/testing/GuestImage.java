package io.fastvif.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a small guest boots: Debian's kernel, as the lab fetches it, and a file system in memory
 * with busybox and the modules of virtio-net.
 *
 * @param kernel the kernel
 * @param files the archive of its first file system
 */
record GuestImage(Path kernel, Path files) {
  /** In the order in which they are loaded. */
  private static final List<String> MODULES =
      List.of(
          "virtio_ring",
          "virtio",
          "virtio_pci_legacy_dev",
          "virtio_pci_modern_dev",
          "virtio_pci",
          "failover",
          "net_failover",
          "virtio_net");

  private static final Path LAB = Path.of("src/test/lab").toAbsolutePath().normalize();

  /** Makes one; skips the test where the kernel is not fetched. */
  static GuestImage make(Path folder) throws IOException, InterruptedException {
    Peer busybox = Peer.require("busybox", "busybox-static");
    Path home = lab(folder).resolve("kernel");
    Path kernel = home.resolve("vmlinux");
    CpioArchive archive = new CpioArchive();
    for (String name : List.of("bin", "dev", "proc", "sys", "tmp", "modules")) {
      archive.folder(name);
    }
    archive.file("bin/busybox", Files.readAllBytes(busybox.path()));
    archive.link("bin/sh", "busybox");
    Path modules = home.resolve("lib/modules");
    for (String name : MODULES) {
      Optional<Path> module = find(modules, name + ".ko");
      if (module.isPresent()) { // otherwise it is built in
        archive.file("modules/" + name + ".ko", Files.readAllBytes(module.get()));
      }
    }
    archive.file("modules/order", String.join("\n", MODULES).getBytes(StandardCharsets.US_ASCII));
    try (InputStream init = GuestImage.class.getResourceAsStream("/vhost-user-guest-init.sh")) {
      archive.file("init", init.readAllBytes());
    }
    Path files = folder.resolve("guest.cpio");
    Files.write(files, archive.end());
    return new GuestImage(kernel, files);
  }

  /** Where the lab keeps what it has fetched; fetched now if every peer is required. */
  static Path lab(Path folder) throws IOException, InterruptedException {
    Lab.require("--fetch", folder);
    String given = System.getenv("LAB_HOME");
    return given == null ? LAB.resolve("../../../../target/lab").normalize() : Path.of(given);
  }

  private static Optional<Path> find(Path folder, String name) throws IOException {
    try (Stream<Path> all = Files.walk(folder.toRealPath())) {
      return all.filter(path -> path.getFileName().toString().equals(name)).findFirst();
    }
  }
}
