package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A C program that sends fastvif's messages and does nothing else: what the kernel alone takes. */
final class CFloor implements MeasuredSystem {
  private static final String SOURCE = "c-floor.c";

  private final Resources resources;

  CFloor(Resources resources) {
    this.resources = resources;
  }

  @Override
  public String name() {
    return "c-floor";
  }

  @Override
  public Optional<String> missing() {
    boolean there =
        Child.works("gcc", "--version")
            && Files.exists(Path.of("/usr/include/linux/if_link.h"))
            && Files.exists(Path.of("/usr/include/stdio.h"));
    return there ? Optional.empty() : Optional.of("gcc libc6-dev linux-libc-dev");
  }

  @Override
  public String version() {
    return "gcc " + Child.version("gcc", "gcc", "--version") + ", -O2";
  }

  /** Compiles it, unless that was done already. */
  Path program() throws IOException {
    Path program = resources.folder().resolve("c-floor");
    if (!Files.exists(program)) {
      String source = resources.copy(SOURCE).toString();
      Child.run(new ProcessBuilder("gcc", "-O2", "-o", program.toString(), source));
    }
    return program;
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException {
    Path table = resources.write("vifs.tsv", BenchVif.table(vifs));
    return new Conversation(
        namespace,
        List.of(program().toString(), table.toString()),
        resources.folder().resolve("c-floor.errors"),
        limits.operation());
  }
}
