package io.fastvif.cli;

import io.fastvif.netns.Netns;
import io.fastvif.plan.LocalStep;
import io.fastvif.plan.NetlinkStep;
import io.fastvif.plan.PlugPlan;
import io.fastvif.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The same work by {@code ip -batch}, in a private namespace of its own, for comparison. */
final class IpBatch {
  private static final int LIMIT_MINUTES = 10;

  private final Netns namespace;
  private final boolean ipv6;

  /**
   * @param ipv6 whether links keep IPv6 as it comes; otherwise {@code addrgenmode none} is added,
   *     as fastvif sets it
   */
  IpBatch(Netns namespace, boolean ipv6) {
    this.namespace = namespace;
    this.ipv6 = ipv6;
  }

  /** What is missing for it; empty if nothing is. */
  static Optional<String> missing() {
    try {
      Process process = new ProcessBuilder("ip", "-Version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0 ? Optional.empty() : Optional.of("ip does not work");
    } catch (IOException absent) {
      return Optional.of("ip is missing: apt-get install iproute2");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  Measurement plug(List<PlugPlan> plans) throws IOException {
    List<String> bridges = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (PlugPlan plan : plans) {
      plan.steps().forEach(planned -> addLine(planned.step(), bridges, lines));
    }
    return run(lines, plans.size());
  }

  Measurement unplug(List<PlugPlan> plans) throws IOException {
    return run(plans.stream().map(plan -> "link delete " + plan.name()).toList(), plans.size());
  }

  private void addLine(Step step, List<String> bridges, List<String> lines) {
    switch (step) {
      case NetlinkStep.CreateBridge create -> {
        if (!bridges.contains(create.name())) {
          bridges.add(create.name());
          lines.add(
              "link add "
                  + create.name()
                  + " type bridge forward_delay 0 stp_state 0 mcast_snooping 0");
          lines.add("link set " + create.name() + " up");
        }
      }
      case LocalStep.CreateTap create -> lines.add("tuntap add dev " + create.name() + " mode tap");
      case NetlinkStep.CreateVeth create ->
          lines.add(
              "link add %s mtu %d address %s type veth peer name %s mtu %d address %s"
                  .formatted(
                      create.name(),
                      create.mtu(),
                      create.mac(),
                      create.peer(),
                      create.mtu(),
                      create.peerMac()));
      case NetlinkStep.ConfigureLink configure -> {
        if (!bridges.contains(configure.name())) {
          String settings = configure.settings().toString();
          lines.add(
              "link set "
                  + configure.name()
                  + " "
                  + (ipv6 ? settings.replace("addrgenmode none", "") : settings));
        }
      }
      default -> {
        // disable_ipv6 of the bridge is not ip's to set
      }
    }
  }

  private Measurement run(List<String> lines, int vifs) throws IOException {
    Path batch = Files.createTempFile("fastvif-demo", ".ip");
    Path output = Files.createTempFile("fastvif-demo", ".out");
    try {
      Files.write(batch, lines);
      long start = System.nanoTime();
      Process process =
          namespace.call(
              () ->
                  new ProcessBuilder("ip", "-batch", batch.toString())
                      .redirectErrorStream(true)
                      .redirectOutput(output.toFile())
                      .start());
      boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
      long nanos = System.nanoTime() - start;
      if (!ended) {
        process.destroyForcibly();
        throw new IOException("ip -batch did not end in " + LIMIT_MINUTES + " minutes");
      }
      if (process.exitValue() != 0) {
        throw new IOException("ip -batch failed: " + Files.readString(output).strip());
      }
      return new Measurement(vifs, nanos, null);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    } finally {
      Files.delete(batch);
      Files.delete(output);
    }
  }
}
