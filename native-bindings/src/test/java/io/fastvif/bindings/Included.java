package io.fastvif.bindings;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * A symbol of {@code includes.txt}.
 *
 * @param header the header it comes from, as the list groups them
 * @param kind constant, function, struct, union or typedef
 */
record Included(String header, String kind, String name) {

  private static final String OPTION = "--include-";

  /** Reads the list that the bindings were generated from. */
  static List<Included> all() throws IOException {
    List<Included> all = new ArrayList<>();
    String header = "";
    for (String line : Files.readAllLines(Gcc.JEXTRACT.resolve("includes.txt"))) {
      if (line.startsWith("# ")) {
        header = line.substring(2);
      } else if (line.startsWith(OPTION)) {
        int space = line.indexOf(' ');
        all.add(
            new Included(
                header, line.substring(OPTION.length(), space), line.substring(space + 1)));
      } else if (!line.isEmpty()) {
        throw new IOException("includes.txt has a line that is neither: " + line);
      }
    }
    return all;
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
    return Class.forName("io.fastvif.bindings.linux." + name);
  }
}
