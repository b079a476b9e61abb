package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A libvirtd of a test's own with QEMU's driver: its files are in a private folder and a private
 * mount namespace, its guests in the network namespace of the thread that starts it. The guests are
 * emulated, and see no more than their firmware, which asks for an address and a file to boot from
 * over the network.
 */
public final class LibvirtHost implements AutoCloseable {
  private static final String PACKAGES =
      "libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86";
  private static final long END_SECONDS = 60;

  /**
   * The daemon's folders are empty ones in memory. QEMU runs as root, without a namespace of
   * libvirt's, and libvirt wants its user's name to be known.
   */
  private static final String START =
      """
      set -e
      folder=$1
      mount -t tmpfs none /run
      mkdir -p /run/libvirt /run/lock
      ln -s "$folder"/ovs /run/openvswitch
      for each in /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /etc/libvirt; do
        mkdir -p $each
        mount -t tmpfs none $each
      done
      cat > /etc/libvirt/qemu.conf <<CONF
      user = "root"
      group = "root"
      security_driver = "none"
      cgroup_controllers = []
      namespaces = []
      stdio_handler = "file"
      remember_owner = 0
      CONF
      cat > /etc/libvirt/libvirtd.conf <<CONF
      unix_sock_dir = "$folder"
      unix_sock_group = "root"
      auth_unix_rw = "none"
      CONF
      if ! getent passwd libvirt-qemu > /dev/null; then
        cp /etc/passwd /etc/group "$folder"
        echo 'libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin' >> "$folder"/passwd
        printf 'libvirt-qemu:x:64055:\\nkvm:x:64056:\\nlibvirt:x:64057:\\n' >> "$folder"/group
        mount --bind "$folder"/passwd /etc/passwd
        mount --bind "$folder"/group /etc/group
      fi
      exec libvirtd --pid-file "$folder"/libvirtd.pid
      """;

  private final Path folder;
  private final Process daemon;
  private final List<String> guests = new ArrayList<>();

  private LibvirtHost(Path folder, Process daemon) {
    this.folder = folder;
    this.daemon = daemon;
  }

  /**
   * Starts the daemon.
   *
   * @param folder its folder; Open vSwitch is looked for in {@code ovs} there
   */
  public static LibvirtHost start(Path folder) throws Exception {
    Peer.require("libvirtd", PACKAGES);
    Peer.require("virsh", PACKAGES);
    Peer.require("qemu-system-x86_64", PACKAGES);
    String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    Path driver = Path.of("/usr/lib/" + machine + "-linux-gnu/libvirt/connection-driver");
    if (!Files.exists(driver.resolve("libvirt_driver_qemu.so"))) {
      Peer.missing("libvirt's driver for QEMU is missing: apt-get install " + PACKAGES);
    }
    Files.createDirectories(folder);
    List<String> command =
        List.of("unshare", "-m", "bash", "-c", START, "libvirtd", folder.toString());
    Process daemon =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("libvirtd.log").toFile())
            .start();
    LibvirtHost host = new LibvirtHost(folder, daemon);
    try {
      Await.until(
          "libvirtd's answer; " + folder.resolve("libvirtd.log"),
          () -> {
            assertTrue(daemon.isAlive(), host::log);
            return Files.exists(host.socket()) && host.virsh("version").status() == 0;
          });
    } catch (Throwable failed) {
      host.close();
      throw failed;
    }
    return host;
  }

  private Path socket() {
    return folder.resolve("libvirt-sock");
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("libvirtd.log"));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  /**
   * What virsh came to.
   *
   * @param text what it printed, errors too
   */
  public record Answer(int status, String text) {}

  /** Runs virsh. */
  public Answer virsh(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add("virsh");
    command.add("-q");
    command.add("-c");
    command.add("qemu+unix:///system?socket=" + socket());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), text.strip());
  }

  /** Starts a guest with one network interface; the answer is virsh's. */
  public Answer create(String name, String element) throws IOException, InterruptedException {
    String domain =
        """
        <domain type='qemu'>
          <name>%s</name>
          <memory unit='MiB'>32</memory>
          <memoryBacking>
            <source type='memfd'/>
            <access mode='shared'/>
          </memoryBacking>
          <os>
            <type arch='x86_64' machine='pc'>hvm</type>
            <boot dev='network'/>
          </os>
          <features>
            <acpi/>
          </features>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <memballoon model='none'/>
        %s  </devices>
        </domain>
        """
            .formatted(name, element);
    Path file = Files.writeString(folder.resolve(name + ".xml"), domain);
    guests.add(name);
    return virsh("create", file.toString());
  }

  /** Starts a guest, which must succeed. */
  public void start(String name, String element) throws IOException, InterruptedException {
    Answer answer = create(name, element);
    assertTrue(answer.status() == 0, () -> answer + "\n" + element);
  }

  /** The guest's interface as {@code domiflist} has it: device, type, source, model, address. */
  public List<String> interfaceOf(String name) throws IOException, InterruptedException {
    return List.of(virsh("domiflist", name).text().split("\\s+", -1));
  }

  /** Ends a guest at once. */
  public void destroy(String name) throws IOException, InterruptedException {
    Answer answer = virsh("destroy", name);
    assertTrue(answer.status() == 0, answer::toString);
    guests.remove(name);
  }

  @Override
  public void close() throws IOException {
    try {
      for (String name : List.copyOf(guests)) {
        virsh("destroy", name); // fails if it never started
      }
      daemon.destroy();
      daemon.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      daemon.destroyForcibly().onExit().join();
    }
  }
}
