package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Peer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Neutron's own Open vSwitch agent on a test bed's switch, as far as it runs without a message bus:
 * all but its calls to the server, which get the answers of one VLAN network, and the server's
 * notifications, of which there are none.
 */
final class NeutronAgent implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Path log;
  private final Process process;
  private final Writer questions;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  /** Starts it, and waits until it has set up its bridges and flows. */
  NeutronAgent(OvsTestBed bed, Path folder) throws Exception {
    Peer python = Peer.requirePythonModule("neutron.agent", "python3-neutron");
    Files.createDirectories(folder);
    log = folder.resolve("neutron.log");
    Path script = folder.resolve("neutron-ovs-agent.py");
    try (InputStream in = NeutronAgent.class.getResourceAsStream("/neutron-ovs-agent.py")) {
      Files.write(script, in.readAllBytes());
    }
    bed.run("ip", "link set lo up"); // the switch connects to the agent's OpenFlow controller
    ProcessBuilder builder =
        new ProcessBuilder(
                python.path().toString(),
                "-B",
                "-W",
                "ignore",
                script.toString(),
                bed.host().address(),
                folder.toString())
            .redirectError(folder.resolve("neutron.err").toFile());
    builder.environment().put("XDG_CACHE_HOME", folder.toString());
    process = bed.namespace().call(builder::start);
    questions = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("neutron").start(this::read);
    await("{\"started\": true}");
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
      }
    } catch (IOException | UncheckedIOException ended) {
      // so there is nothing more to read
    }
  }

  private String next() throws InterruptedException, IOException {
    String line = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertNotNull(line, () -> "nothing from Neutron's agent; its log: " + log());
    return line;
  }

  private String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "none";
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }

  private void await(String expected) throws Exception {
    String line = next();
    assertTrue(line.equals(expected), () -> line + ", not " + expected + "; its log: " + log());
  }

  /** Waits until the agent tells the server that it has wired a port, and of no other. */
  void awaitUp(String interfaceId) throws Exception {
    await("{\"down\": [], \"up\": [\"" + interfaceId + "\"]}");
  }

  /** Waits until the agent tells the server that a port is gone, and of no other. */
  void awaitDown(String interfaceId) throws Exception {
    await("{\"down\": [\"" + interfaceId + "\"], \"up\": []}");
  }

  /** Keeps it from running, as if it were busy. */
  void hold() throws Exception {
    Peer.require("kill", "procps").run("-STOP " + process.pid());
  }

  /** Lets it run again. */
  void goOn() throws Exception {
    Peer.require("kill", "procps").run("-CONT " + process.pid());
  }

  /** All that the agent sees of the integration bridge. */
  String seen() throws Exception {
    questions.write("show\n");
    questions.flush();
    String line = next();
    assertTrue(line.startsWith("{\"seen\": "), line);
    return line;
  }

  @Override
  public void close() throws IOException {
    try {
      questions.close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("Neutron's agent does not end; its log: " + log());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
