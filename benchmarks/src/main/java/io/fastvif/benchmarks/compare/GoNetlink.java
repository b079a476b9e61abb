package io.fastvif.benchmarks.compare;

import io.fastvif.benchmarks.process.Child;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** github.com/vishvananda/netlink, built from Debian's source packages, without a network. */
final class GoNetlink implements MeasuredSystem {
  private static final Path SOURCES = Path.of("/usr/share/gocode");
  private static final String LIBRARY = "golang-github-vishvananda-netlink-dev";

  private final Resources resources;

  GoNetlink(Resources resources) {
    this.resources = resources;
  }

  @Override
  public String name() {
    return "go-netlink";
  }

  @Override
  public Optional<String> missing() {
    boolean there =
        Child.works("go", "version")
            && Files.isDirectory(SOURCES.resolve("src/github.com/vishvananda/netlink"));
    return there ? Optional.empty() : Optional.of("golang-go " + LIBRARY);
  }

  @Override
  public String version() {
    return Child.version(LIBRARY, "go", "version")
        + ", Go "
        + Child.version("golang-go", "go", "version");
  }

  @Override
  public Session open(Netns namespace, List<BenchVif> vifs, Limits limits) throws IOException {
    Path table = resources.write("vifs.tsv", BenchVif.table(vifs));
    return new Conversation(
        namespace,
        List.of(program().toString(), table.toString()),
        resources.folder().resolve("go-netlink.errors"),
        limits.operation());
  }

  private Path program() throws IOException {
    Path program = resources.folder().resolve("go-netlink-peer");
    if (!Files.exists(program)) {
      Path source = resources.copy("go-netlink-peer.go");
      ProcessBuilder build =
          new ProcessBuilder("go", "build", "-o", program.toString(), source.toString())
              .directory(resources.folder().toFile());
      Map<String, String> environment = build.environment();
      environment.put("GO111MODULE", "off");
      environment.put("GOPATH", SOURCES.toString());
      environment.put("GOFLAGS", "");
      environment.put("CGO_ENABLED", "0"); // or it would want a C compiler
      environment.put("GOCACHE", cache().toString());
      Child.run(build);
    }
    return program;
  }

  /** Kept from run to run, in the user's own cache: whoever can write there runs code here. */
  private Path cache() {
    String given = System.getenv("XDG_CACHE_HOME");
    String home = System.getenv("HOME");
    Path caches =
        given != null && given.startsWith("/")
            ? Path.of(given)
            : home == null ? resources.folder() : Path.of(home, ".cache");
    return caches.resolve("fastvif-bench/go-build").toAbsolutePath();
  }
}
