package io.fastvif.testing;

import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Debian's lldpad on one device, in the network namespace of the thread that starts it, with a
 * {@code /run} and shared memory of its own, so that several may run.
 */
public final class Lldpad implements AutoCloseable {
  private final Process process;
  private final Path log;
  private final Path pidFile;

  private Lldpad(Process process, Path log, Path pidFile) {
    this.process = process;
    this.log = log;
    this.pidFile = pidFile;
  }

  /**
   * Starts one.
   *
   * @param namespace where it runs
   * @param role {@code station} or {@code bridge}, as EVB has it
   * @param folder where its files go
   */
  public static Lldpad start(Netns namespace, String device, String role, Path folder)
      throws Exception {
    Peer lldpadPeer = Peer.require("lldpad", "lldpad");
    Peer unshare = Peer.require("unshare", "util-linux");
    Path configuration = folder.resolve(role + ".conf");
    Files.writeString(
        configuration,
        """
        dcbx : { version = "1.0"; dcbx_version = 2; };
        nearest_customer_bridge : { %s : { adminStatus = 3; tlvid0080c20d : {
          enableTx = true; evbmode = "%s"; evbrrcap = true; evbrrreq = true; evbgpid = false;
          ecpretries = 3; ecprte = 14; vdprwd = 20; vdprka = 20; }; }; };
        """
            .formatted(device, role));
    Path log = folder.resolve(role + ".log");
    String shell =
        "mount -t tmpfs none /run && mount -t tmpfs none /dev/shm && exec %s -p -V 7 -f %s"
            .formatted(lldpadPeer.path(), configuration);
    Process process =
        namespace.call(
            () ->
                new ProcessBuilder(unshare.path().toString(), "-m", "sh", "-c", shell)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start());
    Path pidFile = folder.resolve(role + ".pid");
    // As lldpad writes it, which has zero bytes behind the line.
    Files.writeString(pidFile, process.pid() + "\n\0\0\0");
    Lldpad lldpad = new Lldpad(process, log, pidFile);
    try {
      Await.until("lldpad listens", () -> listens(namespace, process.pid()));
    } catch (Exception | AssertionError silent) {
      lldpad.close();
      throw silent;
    }
    return lldpad;
  }

  /** Whether the process has the netlink port of its own id: it takes some time to open it. */
  private static boolean listens(Netns namespace, long pid) throws Exception {
    String port = "0   " + pid;
    return namespace.call(
        () ->
            Files.readAllLines(Path.of("/proc/thread-self/net/netlink")).stream()
                .anyMatch(line -> line.substring(line.indexOf(' ') + 1).startsWith(port + " ")));
  }

  /** A file with its process id. */
  public Path pidFile() {
    return pidFile;
  }

  /** What it has logged so far. */
  public String log() throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    process.destroy();
    boolean interrupted = false;
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException again) {
        process.destroyForcibly();
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
