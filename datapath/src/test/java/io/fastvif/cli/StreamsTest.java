package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that are closed, full, or a pipe whose reader has gone. */
class StreamsTest {
  private static final String ID = "5c1f4a1e-0000-4000-8000-000000000001";
  private static final String PLUGGED = "\"outcome\":\"plugged\",\"devices\":[\"t1\"]";

  private final Peer ip = Peer.require("ip", "iproute2");

  @TempDir Path folder;

  private String vif() throws IOException {
    return Files.writeString(folder.resolve("v.json"), Vifs.json(Vifs.tap(ID, "t1").build()))
        .toString();
  }

  @KernelTest
  void resultsThatCannotBeWrittenAreOnStandardError() throws Exception {
    String vif = vif();
    for (String to : List.of(">/dev/full", ">&-")) {
      ChildRun plug = ChildRun.inShell("exec \"$@\" " + to, "plug", vif);
      assertEquals(Fastvif.FAILED, plug.status(), plug::toString);
      assertTrue(plug.err().contains("fastvif: standard output cannot be written: "), plug.err());
      assertTrue(plug.err().contains(PLUGGED), plug.err());
      assertTrue(ip.run("-o link").contains("t1"));
      assertEquals(Fastvif.DONE, ChildRun.asRoot("unplug", vif).status());
    }
  }

  @KernelTest
  void everyCommandFailsWhoseOutputIsLost() throws Exception {
    String vif = vif();
    String[][] commands = {
      {"list"},
      {"plan", vif},
      {"convert", vif},
      {"host-info"},
      {"libvirt-xml", vif},
      {"vf", "list"},
      {"representor", "list"},
      {"plug", "--help"},
    };
    for (String[] command : commands) {
      ChildRun full = ChildRun.inShell("exec \"$@\" >/dev/full", command);
      assertEquals(Fastvif.FAILED, full.status(), full::toString);
      assertTrue(full.err().contains("standard output cannot be written"), full::toString);
    }
  }

  @KernelTest
  void aPipeThatEndsIsSaidOnce() throws Exception {
    ChildRun plug =
        ChildRun.inShell(
            "{ sleep 0.1; \"$@\" || echo status $? >&2; } | { exec 0<&-; }", "plug", vif());
    assertTrue(plug.err().contains("Broken pipe: the rest of it is lost"), plug.err());
    assertTrue(plug.err().contains("status 1"), plug.err());
    assertFalse(plug.err().contains(PLUGGED), plug.err());
    assertTrue(ip.run("-o link").contains("t1"));
  }

  @KernelTest
  void closedStandardInputIsNoInput() throws Exception {
    for (String[] command : new String[][] {{"plug", "-"}, {"convert", "-"}}) {
      ChildRun plug = ChildRun.inShell("exec \"$@\" <&-", command);
      assertEquals(Fastvif.WRONG_INPUT, plug.status(), plug::toString);
      assertEquals("fastvif: standard input: cannot be read: it is closed\n", plug.err());
    }
    ChildRun negotiate = ChildRun.inShell("exec \"$@\" <&-", "negotiate", "--host-info", "-");
    assertEquals(Fastvif.WRONG_INPUT, negotiate.status(), negotiate::toString);
  }

  @KernelTest
  void allDescriptorsMayBeClosed() throws Exception {
    ChildRun plug = ChildRun.inShell("exec \"$@\" <&- >&- 2>&-", "plug", vif());
    assertEquals("", plug.out() + plug.err());
    assertTrue(ip.run("-o link").contains("t1"), plug::toString);
    ChildRun errors = ChildRun.inShell("exec \"$@\" 2>&-", "plug", "/nonexistent");
    assertEquals(Fastvif.WRONG_INPUT, errors.status(), errors::toString);
  }

  @Test
  void whatFollowsAFailureGoesToStandardErrorWhole() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    OutputStream full =
        new OutputStream() {
          private int left = 2;

          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            if (left-- <= 0) {
              throw new IOException("full");
            }
          }
        };
    ResultWriter out = ResultWriter.of(full, err, false);
    for (int i = 0; i < 4; i++) {
      out.println("line " + i);
      out.flush();
    }
    assertTrue(out.checkError());
    assertEquals(
        """
        fastvif: standard output cannot be written: full: the rest of it follows
        line 2
        line 3
        """,
        err.toString(StandardCharsets.UTF_8));
  }
}
