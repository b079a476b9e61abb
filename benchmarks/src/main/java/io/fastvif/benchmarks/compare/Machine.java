package io.fastvif.benchmarks.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What the comparison runs on, for the top of the report. */
final class Machine {
  private Machine() {}

  /** Facts by their names, in the order in which they are to be shown. */
  static Map<String, String> describe(List<MeasuredSystem> systems) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", field("/proc/cpuinfo", "model name", ':'));
    facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("memory", field("/proc/meminfo", "MemTotal", ':'));
    facts.put("distribution", field("/etc/os-release", "PRETTY_NAME", '=').replace("\"", ""));
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("JDK", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("JVM flags", jvmFlags());
    for (MeasuredSystem system : systems) {
      if (system.missing().isEmpty()) {
        facts.put(system.name(), system.version());
      }
    }
    return facts;
  }

  /** How many threads have wanted a processor lately, by {@code /proc/loadavg}. */
  static String load() throws IOException {
    String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
    return words[0] + " over a minute, " + words[2] + " over 15, this measurement's own in it";
  }

  /** Without those that only make the program start. */
  private static String jvmFlags() {
    Predicate<String> speed = flag -> flag.startsWith("-X") && !flag.startsWith("-Xlog");
    List<String> flags =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(speed).toList();
    return flags.isEmpty() ? "none" : String.join(" ", flags);
  }

  static String field(String file, String name, char separator) {
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        int at = line.indexOf(separator);
        if (at > 0 && line.substring(0, at).strip().equals(name)) {
          return line.substring(at + 1).strip();
        }
      }
    } catch (IOException unreadable) {
      // as if the field was not there
    }
    return "unknown";
  }
}
