package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Vif;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a plug of the command makes its JVM do at each start, counted in classes: times differ from
 * machine to machine, these do not. What the launcher's trained cache cannot hold is made anew each
 * time, and what initializes for long does so each time.
 */
class CommandStartTest {
  /** Classes of fastvif's own; 485 when this was written. */
  private static final int MAX_OWN_CLASSES = 510;

  /**
   * Switches over types, each of which spins a class: 3 of the JDK's linker and none of fastvif.
   */
  private static final int MAX_TYPE_SWITCHES = 3;

  /** The only native call that is linked is syscall(2). */
  private static final int DOWNCALLS = 1;

  /**
   * Not on the way of a plug: the first use of the parser takes as long as all planning, and so do
   * those of a socket of the JDK's, of its logging, and of ServiceLoader, which opens each jar.
   */
  private static final List<String> UNWANTED =
      List.of(
          "java.math.BigDecimal",
          "com.fasterxml.jackson.core.JsonParser",
          "com.fasterxml.jackson.core.base.ParserMinimalBase",
          "picocli.CommandLine",
          "java.util.ServiceLoader",
          "java.util.logging.LogManager",
          "java.net.Socket",
          "io.fastvif.ovsdb.OvsdbClient",
          "jdk.jfr.internal.JVM",
          "io.fastvif.agent.Agent");

  /** With the JVM's options as the launchers give them. */
  private static final Path OPTIONS = Path.of("src", "main", "packaging", "java-options.sh");

  private static final Pattern LOADED =
      Pattern.compile("\\[class,load *\\] (\\S+) source: .*", Pattern.MULTILINE);
  private static final Pattern INITIALIZED =
      Pattern.compile("Initializing '([^']+)'", Pattern.MULTILINE);

  @TempDir Path folder;

  private static Set<String> found(Pattern pattern, String log) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(log);
    while (matcher.find()) {
      names.add(matcher.group(1).replace('/', '.'));
    }
    return names;
  }

  private static Set<String> with(String part, Set<String> names) {
    return names.stream()
        .filter(name -> name.contains(part))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @KernelTest
  void aPlugMakesFewClassesAndNoneInVain() throws Exception {
    Peer.require("ip", "iproute2").run("link add br0 type bridge");
    Vif vif = Vifs.bridged("cd613e30-d8f1-4adf-91b7-584a2265b1f5", "tap1", "", 1450);
    Path file = Files.writeString(folder.resolve("vif.json"), Vifs.json(vif));
    Path log = folder.resolve("classes.log");
    ChildRun plug =
        ChildRun.inShell(
            ". "
                + OPTIONS.toAbsolutePath()
                + "; java_options_of plug; JAVA_TOOL_OPTIONS=\"$java_options"
                + " -Xlog:class+load,class+init:file="
                + log
                + "\" exec \"$@\"",
            "plug",
            "-o",
            "linux_bridge.create_port=veth",
            file.toString());
    assertEquals(Fastvif.DONE, plug.status(), plug.err());
    assertTrue(plug.out().contains("\"plugged\""), plug.out());
    String lines = Files.readString(log);
    Set<String> loaded = found(LOADED, lines);
    Set<String> initialized = found(INITIALIZED, lines);
    assertTrue(initialized.contains(Fastvif.class.getName()), "the log is of another form");
    for (String unwanted : UNWANTED) {
      assertTrue(!initialized.contains(unwanted), unwanted + " was initialized");
    }
    Set<String> own =
        loaded.stream()
            .filter(name -> name.startsWith("io.fastvif.") && !name.contains("$$"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> switches = with("$$TypeSwitch", loaded);
    Set<String> downcalls = with("jdk.internal.foreign.abi.DowncallStub", loaded);
    System.out.println(
        "start of a plug: classes loaded "
            + loaded.size()
            + ", of them own "
            + own.size()
            + ", for method handles "
            + with("LambdaForm$", loaded).size()
            + ", switches over types "
            + switches.size());
    assertTrue(own.size() <= MAX_OWN_CLASSES, own.size() + ": " + own);
    assertTrue(switches.size() <= MAX_TYPE_SWITCHES, switches.size() + ": " + switches);
    assertEquals(DOWNCALLS, downcalls.size(), downcalls::toString);
  }
}
