package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class UserDatabaseTest {
  @Test
  void everyLocalGroupHasItsNumberAndItsMembers() throws Exception {
    Set<String> wrong = new TreeSet<>();
    int count = 0;
    for (String line : Files.readAllLines(Path.of("/etc/group"))) {
      String[] fields = line.split(":", -1);
      if (fields.length < 4) {
        continue;
      }
      count++;
      int number = Integer.parseUnsignedInt(fields[2]);
      if (UserDatabase.groupNumber(fields[0]) != Integer.toUnsignedLong(number)) {
        wrong.add(line);
      }
      for (String member : fields[3].split(",", -1)) {
        if (!member.isEmpty()
            && Arrays.stream(UserDatabase.groups(member)).noneMatch(each -> each == number)) {
          wrong.add(line + ": " + member);
        }
      }
    }
    assertEquals(Set.of(), wrong);
    assertTrue(count > 0, "there are groups");
  }

  @Test
  void whoIsUnknownIsMemberOfNothing() {
    assertArrayEquals(new int[0], UserDatabase.groups("no such user"));
    assertEquals(-Errno.ENOENT, UserDatabase.groupNumber("no such group"));
    assertFalse(Arrays.stream(UserDatabase.groups("root")).anyMatch(each -> each < 0));
  }
}
