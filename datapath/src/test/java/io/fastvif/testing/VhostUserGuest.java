package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A virtual machine with a virtio-net device whose other side is a vhost-user socket: QEMU's
 * software emulation, so that no KVM is needed. It has a shell at the other end of its serial line;
 * booting takes some ten seconds.
 */
public final class VhostUserGuest implements AutoCloseable {
  private static final String READY = "@ready";
  private static final String DONE = "@done ";
  private static final long BOOT_SECONDS = 150;
  private static final int BOOTS = 3;
  private static final long COMMAND_SECONDS = 240;
  private static final int MEMORY_MEGABYTES = 160;

  /** Tells that QEMU has closed the console. */
  private static final String CLOSED = "@closed";

  private final ProcessBuilder qemu;
  private final Path errors;
  private final Path monitor;
  private final List<String> seen = new ArrayList<>();
  private Process process;
  private BlockingQueue<String> lines;

  private VhostUserGuest(ProcessBuilder qemu, Path folder) throws IOException {
    errors = folder.resolve("qemu.err");
    monitor = monitor(folder);
    this.qemu = qemu.redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
    boot();
  }

  private static Path monitor(Path folder) {
    return folder.resolve("qmp");
  }

  private void boot() throws IOException {
    Files.deleteIfExists(monitor);
    Process started = qemu.start();
    BlockingQueue<String> console = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().name("guest-console").start(() -> read(started, console));
    process = started;
    lines = console;
  }

  /** How a guest is made. */
  public static final class Builder {
    private final Path socket;
    private final String mac;
    private boolean listens;
    private boolean packed;
    private boolean recent;
    private boolean msix;
    private boolean incoming;
    private boolean paused;
    private int ringSize;
    private int mtu;
    private int queuePairs = 1;
    private int memory = MEMORY_MEGABYTES;
    private String tap;

    private Builder(Path socket, String mac) {
      this.socket = socket;
      this.mac = mac;
    }

    /** QEMU makes the socket, and waits for the backend before it starts the guest. */
    public Builder listening() {
      listens = true;
      return this;
    }

    /** The device tells the guest that MTU, in bytes. */
    public Builder mtu(int bytes) {
      mtu = bytes;
      return this;
    }

    /** Packed rings. */
    public Builder packed() {
      packed = true;
      return this;
    }

    /**
     * Runs it on the lab's QEMU 10, with what a user has who sets nothing: interrupts by MSI-X,
     * rings as long as they can be, and features as QEMU offers them.
     */
    public Builder usual() {
      recent = true;
      msix = true;
      ringSize = 1024;
      return this;
    }

    /** Waits for a migration instead of booting. */
    public Builder incoming() {
      incoming = true;
      return this;
    }

    /** Runs only when its monitor is told to {@code cont}, also after a migration. */
    public Builder paused() {
      paused = true;
      return this;
    }

    /** So many queue pairs, and as many processors: a guest's driver uses one pair for each. */
    public Builder queuePairs(int count) {
      queuePairs = count;
      return this;
    }

    /** So much memory, in megabytes; less than half of it may be files. */
    public Builder memory(int megabytes) {
      memory = megabytes;
      return this;
    }

    /**
     * A second network device, {@code eth1} in the guest, behind a tap of QEMU's own, which it
     * makes in the calling thread's network namespace.
     */
    public Builder tap(String name) {
      tap = name;
      return this;
    }

    /**
     * Starts QEMU; {@link VhostUserGuest#awaitBoot()} waits for the guest.
     *
     * @param folder for its files
     */
    public VhostUserGuest start(Path folder) throws IOException, InterruptedException {
      Qemu qemu = recent ? Qemu.recent(folder) : Qemu.installed();
      GuestImage image = GuestImage.make(folder);
      List<String> command = new ArrayList<>(qemu.command());
      command.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"));
      command.addAll(List.of("-accel", "tcg,thread=single", "-cpu", "max", "-serial", "stdio"));
      command.addAll(List.of("-m", memory + "M"));
      command.addAll(
          List.of(
              "-object",
              "memory-backend-memfd,id=m0,size=" + memory + "M,share=on",
              "-machine",
              "q35,memory-backend=m0"));
      String end = listens ? "server=on" : "reconnect=1";
      command.addAll(List.of("-chardev", "socket,id=c0,path=" + socket + "," + end));
      command.addAll(List.of("-smp", "" + queuePairs));
      command.addAll(List.of("-netdev", "vhost-user,id=n0,chardev=c0,queues=" + queuePairs));
      // QEMU 7.2 crashes with MSI-X, vhost-user and software emulation.
      command.addAll(
          List.of(
              "-device",
              "virtio-net-pci,netdev=n0,romfile=,mac="
                  + mac
                  + (msix ? "" : ",vectors=0")
                  + (ringSize > 0
                      ? ",rx_queue_size=" + ringSize + ",tx_queue_size=" + ringSize
                      : "")
                  + (packed ? ",packed=on" : "")
                  + (queuePairs > 1 ? ",mq=on" : "")
                  + (mtu > 0 ? ",host_mtu=" + mtu : "")));
      if (tap != null) {
        command.addAll(
            List.of(
                "-netdev",
                "tap,id=n1,script=no,downscript=no,vhost=off,ifname=" + tap,
                "-device",
                "virtio-net-pci,netdev=n1,vectors=0,romfile="));
      }
      command.addAll(List.of("-qmp", "unix:" + monitor(folder) + ",server=on,wait=off"));
      if (incoming) {
        command.addAll(List.of("-incoming", "defer"));
      }
      if (paused) {
        command.add("-S");
      }
      command.addAll(List.of("-kernel", image.kernel().toString()));
      command.addAll(List.of("-initrd", image.files().toString()));
      command.addAll(
          List.of(
              "-append",
              "console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off tsc=reliable"
                  + " no_timer_check nowatchdog"));
      ProcessBuilder process = new ProcessBuilder(command);
      process.environment().putAll(qemu.environment());
      return new VhostUserGuest(process, folder);
    }
  }

  /**
   * A guest whose device has that MAC address, which connects to the socket and again when the
   * connection is lost.
   */
  public static Builder of(Path socket, String mac) {
    return new Builder(socket, mac);
  }

  private static void read(Process process, BlockingQueue<String> lines) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
      lines.add(CLOSED);
    } catch (IOException closed) {
      lines.add(CLOSED + " " + closed);
    }
  }

  /**
   * Waits until the guest has booted. Under emulation on a busy machine a kernel sometimes stands
   * still for want of its timer's interrupts; such a guest is started again, and that is told.
   */
  public VhostUserGuest awaitBoot() throws IOException, InterruptedException {
    for (int i = 1; until(READY, BOOT_SECONDS) == null; i++) {
      String state = state(READY);
      assertTrue(i < BOOTS, state);
      System.err.println("A guest is started again: " + state);
      close();
      boot();
    }
    return this;
  }

  /** Runs a command in the guest, which must succeed; returns what it printed. */
  public String run(String command) throws InterruptedException {
    begin(command);
    return end();
  }

  /** Begins a command in the guest; {@link #end} waits for it. */
  public void begin(String command) {
    try {
      OutputStream input = process.getOutputStream();
      input.write((command + "; echo " + DONE + "$?\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException ended) {
      throw new UncheckedIOException(ended);
    }
  }

  /** Waits for a command that was begun, and must succeed; returns what it printed. */
  public String end() throws InterruptedException {
    String last = until(DONE, COMMAND_SECONDS);
    assertNotNull(last, () -> state(DONE));
    String text = String.join("\n", seen);
    assertEquals("0", last.substring(DONE.length()).strip(), text);
    return text;
  }

  /** Gives the device an address, with its network's length, and brings it up. */
  public VhostUserGuest address(String address) throws InterruptedException {
    return address("eth0", address);
  }

  /** Gives a device an address, with its network's length, and brings it up. */
  public VhostUserGuest address(String device, String address) throws InterruptedException {
    run("ip address add " + address + " dev " + device + " && ip link set " + device + " up");
    return this;
  }

  /** Pings that address until it answers, at most 40 times; it must. */
  public void ping(String address) throws InterruptedException {
    run(
        "n=0; until ping -c 1 -W 2 "
            + address
            + " >/tmp/ping 2>&1; do n=$((n+1)); [ $n -lt 40 ] || break; sleep 0.5; done;"
            + " [ $n -lt 40 ] || { cat /tmp/ping /proc/net/dev /proc/net/arp /proc/interrupts;"
            + " false; }");
  }

  /**
   * Waits for a line that begins so, and keeps those before it; null if it does not come in time.
   */
  private String until(String start, long seconds) throws InterruptedException {
    seen.clear();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (true) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null || line.startsWith(CLOSED)) {
        return null;
      }
      int at = line.indexOf(start);
      if (at >= 0) {
        return line.substring(at);
      }
      seen.add(line);
    }
  }

  /** Why something did not come. */
  private String state(String awaited) {
    String told;
    try {
      told = Files.readString(errors).strip();
    } catch (IOException unreadable) {
      told = unreadable.toString();
    }
    return awaited
        + " did not come; QEMU "
        + (process.isAlive() ? "runs" : "ended with " + process.exitValue())
        + " and said: "
        + told
        + "; the guest said: "
        + seen;
  }

  /** QEMU's monitor. */
  public Qmp monitor() throws Exception {
    return Qmp.connect(monitor);
  }

  /** QEMU's process. */
  public Process process() {
    return process;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
