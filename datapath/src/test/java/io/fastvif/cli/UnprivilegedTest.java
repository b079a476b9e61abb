package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.io.TempDir;

/** What a user without privileges gets: what needs none, and a plain word about the rest. */
class UnprivilegedTest {
  private static final String GENERIC = "cd613e30-d8f1-4adf-91b7-584a2265b1f5";
  private static final String BRIDGED = "7204e52d-b222-4a58-808a-05a6c4647159";
  private static final String NEEDS = "this needs root or CAP_NET_ADMIN\n";

  @TempDir Path folder;
  private Path setpriv;

  @KernelTest
  void onlyPluggingNeedsPrivileges() throws Exception {
    setpriv = Peer.require("setpriv", "util-linux").path();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    String copy = ChildRun.copyClassPath(folder);
    String generic = copyOf("generic-none.json");
    String bridged = copyOf("bridge-none.json");

    for (String[] each : new String[][] {{generic, GENERIC}, {bridged, BRIDGED}}) {
      ChildRun plug = run(copy, "plug", each[0]);
      assertEquals(Fastvif.FAILED, plug.status(), plug::toString);
      assertTrue(plug.err().startsWith("fastvif: VIF " + each[1] + ": "), plug::toString);
      assertTrue(plug.err().endsWith(NEEDS), plug::toString);
      assertTrue(plug.out().contains("\"outcome\":\"failed\",\"devices\":[]"), plug::toString);

      ChildRun other = run(copy, "plug", "--netns", "/proc/1/ns/net", each[0]);
      assertEquals(Fastvif.FAILED, other.status(), other::toString);
      assertTrue(
          other.err().startsWith("fastvif: VIF " + each[1] + ": enter network namespace"),
          other::toString);
      assertTrue(other.err().endsWith(NEEDS), other::toString);
      assertTrue(other.out().contains("\"id\":\"" + each[1] + "\""), other::toString);

      assertEquals(Fastvif.DONE, run(copy, "plan", each[0]).status());
      assertEquals(Fastvif.DONE, run(copy, "convert", each[0]).status());
    }
    ChildRun list = run(copy, "list");
    assertEquals(Fastvif.DONE, list.status(), list::toString);
    ChildRun denied = run(copy, "list", "--netns", "/proc/1/ns/net");
    assertEquals(Fastvif.FAILED, denied.status(), denied::toString);
    assertTrue(denied.err().endsWith(NEEDS), denied::toString);

    String wrong = Files.writeString(folder.resolve("wrong.json"), "{").toString();
    assertEquals(Fastvif.WRONG_INPUT, run(copy, "plug", wrong).status());
    ChildRun both = run(copy, "plug", "--netns", "/proc/1/ns/net", wrong);
    assertEquals(Fastvif.WRONG_INPUT, both.status(), both::toString);
  }

  private String copyOf(String sample) throws Exception {
    return Files.copy(Vifs.sample("3.0.0/" + sample), folder.resolve(sample)).toString();
  }

  private ChildRun run(String copy, String... arguments) throws Exception {
    return ChildRun.asNobody(setpriv.toString(), copy, arguments);
  }
}
