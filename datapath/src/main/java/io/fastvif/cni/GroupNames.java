package io.fastvif.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Groups by their names in {@code /etc/group}, or by number. */
final class GroupNames {
  private static final Path FILE = Path.of("/etc/group");
  private static final int ID = 2;

  private GroupNames() {}

  /**
   * The id of a group.
   *
   * @throws CniException if there is none of that name
   */
  static int id(String name) {
    if (name.matches("[0-9]{1,9}")) {
      return Integer.parseInt(name);
    }
    try {
      for (String line : Files.readAllLines(FILE)) {
        String[] fields = line.split(":", -1);
        if (fields.length > ID && fields[0].equals(name) && fields[ID].matches("[0-9]{1,9}")) {
          return Integer.parseInt(fields[ID]);
        }
      }
    } catch (IOException unreadable) {
      throw new CniException(
          CniException.HOST_REFUSED, FILE + " cannot be read", unreadable.getMessage(), unreadable);
    }
    throw CniException.ofKey("host.vhost.group", name, "a group of " + FILE + ", or its number");
  }
}
