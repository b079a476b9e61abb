package io.fastvif.agent.keeper;

import io.fastvif.VifHost;
import io.fastvif.VifHostOptions;
import io.fastvif.config.HostConfiguration;
import io.fastvif.engine.PlugResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A keeper that is told what to do on a pipe, to be killed. It reads {@code NUMBER plug VIF
 * VARIANT}, {@code NUMBER unplug VIF} or {@code NUMBER list}, and writes {@code NUMBER} and how it
 * ended; first of all {@code ready}.
 */
final class KeeperMain {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private KeeperMain() {}

  public static void main(String[] arguments) throws IOException {
    HostConfiguration configuration =
        HostConfiguration.builder(Map.of()).option("linux_bridge.create_port", "veth").build();
    PrintStream out = System.out;
    try (VifHost host = VifHost.open(VifHostOptions.of(configuration));
        HostKeeper keeper = HostKeeper.open(host, KeeperOptions.of(Path.of(arguments[0])));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      while (!keeper.unreadiness().isEmpty()) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      out.println("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", -1);
        if (words[1].equals("list")) {
          out.println(words[0] + " listed" + list(keeper));
          continue;
        }
        perform(keeper, words)
            .thenAccept(result -> out.println(words[0] + " " + outcome(result)))
            .exceptionally(
                thrown -> {
                  out.println(words[0] + " threw " + thrown);
                  return null;
                });
      }
    }
  }

  private static String list(HostKeeper keeper) {
    return keeper.list().stream()
        .map(vif -> " " + vif.id() + " " + vif.state())
        .collect(Collectors.joining());
  }

  private static CompletableFuture<PlugResult> perform(HostKeeper keeper, String[] words) {
    int vif = Integer.parseInt(words[2]);
    return words[1].equals("plug")
        ? keeper.plug(ChurnedVif.request(vif, Integer.parseInt(words[3])), Map.of())
        : keeper.unplug(ChurnedVif.id(vif));
  }

  private static String outcome(PlugResult result) {
    return Keeping.isDone(result) ? "done" : "failed: " + Keeping.problem(result);
  }
}
