package io.fastvif.cli;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code warm-up}, not shown in the help: does once what the other commands do, in a private
 * network namespace, so that a JVM that records what it loads has loaded it all.
 */
final class WarmUpCommand extends Command {
  WarmUpCommand() {
    super("warm-up", "Do once what the other commands do, in a private namespace.", null);
  }

  @Override
  int run(Arguments arguments, PrintWriter out, PrintWriter err) throws IOException {
    Path sample = Files.createTempFile("fastvif", ".json");
    try (InputStream in = WarmUpCommand.class.getResourceAsStream("warm-up.json")) {
      Files.write(sample, in.readAllBytes());
      String file = sample.toString();
      run("convert", file);
      run("plan", file);
      try (Netns namespace = Netns.createPrivate()) {
        String netns = "/proc/self/fd/" + namespace.descriptor();
        run("plug", "--netns", netns, "-o", "linux_bridge.create_port=veth", file);
        run("list", "--netns", netns);
        run("unplug", "--netns", netns, file);
      } catch (SystemCallException notRoot) {
        err.println("fastvif: warm-up without plugging: " + notRoot.getMessage());
      }
    } finally {
      Files.delete(sample);
    }
    return Fastvif.DONE;
  }

  private static void run(String... arguments) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Fastvif.execute(arguments, nowhere, nowhere);
  }
}
