package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.Peer;
import io.fastvif.testing.TarArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A containerd in a {@link RuntimeHost}, with an image of busybox for pods, asked by {@code ctr}
 * and as a kubelet asks it, over CRI.
 */
final class Containerd implements AutoCloseable {
  private static final String PACKAGES = "containerd runc";
  private static final Path CRI = Path.of("src/test/resources/cri.py").toAbsolutePath();
  private static final String SOCKET = "/run/containerd/containerd.sock";

  /** Nothing that needs more of the host than pods with networks do. */
  private static final String CONFIGURATION =
      """
      version = 2
      root = "/var/lib/containerd"
      state = "/run/containerd"
      [grpc]
        address = "/run/containerd/containerd.sock"
      [plugins."io.containerd.internal.v1.opt"]
        path = "/var/lib/containerd/opt"
      [plugins."io.containerd.grpc.v1.cri"]
        sandbox_image = "localhost/pod:1"
        disable_tcp_service = true
        disable_hugetlb_controller = true
        restrict_oom_score_adj = true
      [plugins."io.containerd.grpc.v1.cri".cni]
        bin_dir = "/usr/lib/cni"
        conf_dir = "/etc/cni/net.d"
      [plugins."io.containerd.grpc.v1.cri".containerd]
        snapshotter = "native"
      """;

  private static final String IMAGE_CONFIGURATION =
      """
      {"architecture": "MACHINE", "os": "linux",
        "config": {"Entrypoint": ["/bin/busybox", "sleep", "100000"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:DIGEST"]}}
      """;

  private static final String IMAGE_MANIFEST =
      """
      [{"Config": "NAME", "RepoTags": ["localhost/pod:1"], "Layers": ["layer.tar"]}]
      """;

  private final RuntimeHost host;
  private final Path folder;
  private final Peer python = Peer.requirePythonModule("grpc", "python3-grpcio");
  private Process process;

  Containerd(RuntimeHost host, Path folder) throws Exception {
    Peer.require("runc", PACKAGES);
    this.host = host;
    this.folder = folder;
    Files.writeString(folder.resolve("containerd.toml"), CONFIGURATION);
    start();
    Path image = folder.resolve("image.tar");
    Files.write(image, image());
    ctr("--namespace=k8s.io", "images", "import", image.toString());
  }

  /** Starts it, once more after it was killed. */
  void start() throws Exception {
    Process started =
        host.start(
            "containerd.log",
            List.of(
                Peer.require("containerd", PACKAGES).path().toString(),
                "--config=" + folder.resolve("containerd.toml")));
    process = started;
    Await.until(
        "containerd", () -> log().contains("containerd successfully booted") || !started.isAlive());
    assertTrue(started.isAlive(), this::log);
  }

  /** Kills it as it is; the containers that it has made go on. */
  void kill() {
    process.children().forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
  }

  String log() {
    try {
      return Files.readString(folder.resolve("containerd.log"));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /** An archive of an image with one layer, busybox, as {@code docker save} writes it. */
  private byte[] image() throws Exception {
    byte[] program = Files.readAllBytes(host.root().resolve("bin/busybox"));
    byte[] layer = new TarArchive().folder("bin").program("bin/busybox", program).end();
    String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    byte[] configuration =
        text(IMAGE_CONFIGURATION.replace("MACHINE", machine).replace("DIGEST", sha256(layer)));
    String name = sha256(configuration) + ".json";
    return new TarArchive()
        .file(name, configuration)
        .file("layer.tar", layer)
        .file("manifest.json", text(IMAGE_MANIFEST.replace("NAME", name)))
        .end();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** What {@code ctr} says. */
  String ctr(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Peer.require("ctr", PACKAGES).path().toString());
    command.add("--address=" + SOCKET);
    command.addAll(List.of(arguments));
    return host.run(command);
  }

  /** What the client says that asks as a kubelet does. */
  String cri(String... arguments) throws Exception {
    return host.run(criCommand(arguments));
  }

  /** Starts that client, for what may not succeed. */
  Process startCri(String... arguments) throws Exception {
    return host.start("cri.log", criCommand(arguments));
  }

  private List<String> criCommand(String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(python.path().toString(), CRI.toString(), SOCKET, host.cgroup()));
    command.addAll(List.of(arguments));
    return command;
  }

  @Override
  public void close() {
    kill();
  }
}
