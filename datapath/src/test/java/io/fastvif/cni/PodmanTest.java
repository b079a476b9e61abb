package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.testing.HostState;
import io.fastvif.testing.HostStateReader;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** Podman with its CNI back end and runc, whose containers are pods of the plugin. */
class PodmanTest {
  private static final String PACKAGES = "podman runc";

  /** Limits as they are: without CAP_SYS_RESOURCE they cannot be raised to podman's own. */
  private static final String CONFIGURATION =
      """
      [network]
      network_backend = "cni"
      cni_plugin_dirs = ["/usr/lib/cni"]
      network_config_dir = "/etc/cni/net.d"
      default_network = "pods"
      [engine]
      cgroup_manager = "cgroupfs"
      events_logger = "file"
      runtime = "runc"
      [containers]
      default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
      """;

  @TempDir Path folder;
  private final HostStateReader reader = new HostStateReader().filters();
  private RuntimeHost host;

  private String podman(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "env",
            "CONTAINERS_CONF=" + folder.resolve("containers.conf"),
            Peer.require("podman", PACKAGES).path().toString(),
            "--root=" + folder.resolve("podman"),
            "--runroot=/run/containers",
            "--tmpdir=/run/libpod",
            "--storage-driver=vfs"));
    command.addAll(List.of(arguments));
    return host.run(command).strip();
  }

  private void runContainer(String name) throws Exception {
    podman(
        "run",
        "--detach",
        "--name=" + name,
        "--network=pods",
        "--cgroup-parent=" + host.cgroup(),
        "--rootfs",
        host.root().toString(),
        "/bin/sleep",
        "100000");
  }

  private String address(String container, String key) throws Exception {
    return podman("inspect", "--format={{.NetworkSettings.Networks.pods." + key + "}}", container);
  }

  private void ping(String from, String to) throws Exception {
    for (String key : new String[] {"IPAddress", "GlobalIPv6Address"}) {
      podman("exec", from, "/bin/ping", "-c", "1", "-w", "60", address(to, key));
    }
  }

  @KernelTest
  void containersReachEachOtherAndNothingIsLeftOfThem() throws Exception {
    Peer.require("runc", PACKAGES);
    Files.writeString(folder.resolve("containers.conf"), CONFIGURATION);
    try (RuntimeHost started = new RuntimeHost(folder)) {
      host = started;
      runContainer("other");
      HostState before = reader.readSettled();
      Set<String> keptBefore = host.kept();
      runContainer("one");
      runContainer("two");
      ping("one", "two");
      ping("two", "one");
      ping("two", "other");
      podman("rm", "--force", "--time=0", "one", "two");
      before.assertUnchanged("one and two are removed", reader);
      assertEquals(keptBefore, host.kept());
      runContainer("two");
      ping("other", "two");
      podman("rm", "--force", "--time=0", "--all");
      assertEquals(Set.of(), host.kept());
      host.requireAllExecutionsSucceeded();
    }
  }
}
