package io.fastvif.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Runs one command after another in one process: a Java process takes half a minute to start where
 * the lab has no KVM. Each line of standard input is a name and a command's arguments; what the
 * command prints goes to {@code NAME.out} and {@code NAME.err} of a folder, its exit status to
 * {@code NAME.status}, and then a line to standard output.
 */
public final class CommandServer {
  private CommandServer() {}

  /**
   * Serves until standard input ends.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", -1);
      int status;
      try (PrintWriter out = writer(folder, words[0] + ".out");
          PrintWriter err = writer(folder, words[0] + ".err")) {
        status = Fastvif.execute(Arrays.copyOfRange(words, 1, words.length), out, err);
      }
      Files.writeString(folder.resolve(words[0] + ".status"), status + "\n");
      System.out.println(words[0]);
    }
  }

  private static PrintWriter writer(Path folder, String name) throws IOException {
    return new PrintWriter(Files.newBufferedWriter(folder.resolve(name)));
  }
}
