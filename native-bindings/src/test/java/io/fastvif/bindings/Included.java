package io.fastvif.bindings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A symbol of the lists that the bindings were generated from.
 *
 * @param place the package of what was generated
 * @param header the header it comes from, as the list groups them
 * @param kind constant, function, struct, union or typedef
 */
record Included(String place, String header, String kind, String name) {
  static final String COMMON = "io.fastvif.bindings.linux";

  private static final String OPTION = "--include-";

  /** Reads {@code includes.txt}: what is equal on all machines. */
  static List<Included> common() throws IOException {
    return read("includes.txt", COMMON);
  }

  /** Reads what was generated for one machine. */
  static List<Included> of(Gcc.Target target) throws IOException {
    String place = COMMON + "." + target.machine;
    List<Included> all = read("includes-arch.txt", place);
    String own = "includes-" + target.machine + ".txt";
    if (Files.exists(Gcc.JEXTRACT.resolve(own))) {
      all.addAll(read(own, place));
    }
    return all;
  }

  /** Reads all that holds for a machine. */
  static List<Included> all(Gcc.Target target) throws IOException {
    List<Included> all = common();
    all.addAll(of(target));
    return all;
  }

  private static List<Included> read(String list, String place) throws IOException {
    List<Included> all = new ArrayList<>();
    String header = "";
    for (String line : Files.readAllLines(Gcc.JEXTRACT.resolve(list))) {
      if (line.startsWith("# ")) {
        header = line.substring(2);
      } else if (line.startsWith(OPTION)) {
        int space = line.indexOf(' ');
        all.add(
            new Included(
                place, header, line.substring(OPTION.length(), space), line.substring(space + 1)));
      } else if (!line.isEmpty()) {
        throw new IOException(list + " has a line that is neither: " + line);
      }
    }
    return all;
  }

  /** The folder of what was generated into a package. */
  static Path sources(String place) {
    return Gcc.JEXTRACT.resolveSibling("java").resolve(place.replace('.', '/'));
  }

  boolean isLayout() {
    return kind.equals("struct") || kind.equals("union") || kind.equals("typedef");
  }

  /** The type as C writes it. */
  String cType() {
    return kind.equals("typedef") ? name : kind + " " + name;
  }

  /** The generated class of a struct, union or typedef. */
  Class<?> layoutClass() throws ClassNotFoundException {
    return Class.forName(place + "." + name);
  }

  /** The generated class that has the constants and functions. */
  Class<?> headerClass() throws ClassNotFoundException {
    return Class.forName(place + ".linux_h");
  }
}
