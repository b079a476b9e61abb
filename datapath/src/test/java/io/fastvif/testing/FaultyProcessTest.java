package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileIo;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.Sockets;
import io.fastvif.bindings.fault.NthCallFails;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.bindings.linux.arch_h;
import io.fastvif.bindings.linux.linux_h;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That injected failures come where they should, only there, and only in a process that asks. */
class FaultyProcessTest {
  private static final int LIMIT = 64;

  @Test
  void failsTheNthCallOnly() throws Exception {
    assertTrue(FaultyProcess.run(Injecting.class).contains("done"));
  }

  @Test
  void limitsDescriptors() throws Exception {
    assertTrue(FaultyProcess.runWithDescriptors(LIMIT, Opening.class).contains("done"));
  }

  @Test
  void refusesInAnyOtherProcess() {
    assertFalse(SystemCallFaults.ENABLED);
    assertThrows(IllegalStateException.class, () -> SystemCallFaults.install((n, a, b) -> 0));
  }

  /** Runs in a child. */
  static final class Injecting {
    public static void main(String[] arguments) throws Exception {
      Thread own = Thread.currentThread();
      NthCallFails second = new NthCallFails(2, Errno.ENFILE, thread -> thread == own);
      SystemCallFaults.install(second);
      try {
        int fd = Polling.eventfd(0, linux_h.EFD_CLOEXEC);
        assertTrue(fd >= 0);
        assertFalse(second.hasFailed());
        assertEquals(-Errno.ENFILE, FileIo.close(fd));
        assertTrue(second.hasFailed());
        assertNotNull(second.place());
        assertEquals(arch_h.__NR_close, second.failedNumber());
        assertEquals(-Errno.EBADF, FileIo.close(fd)); // it was closed all the same
        assertEquals(3, second.calls());
      } finally {
        SystemCallFaults.remove();
      }
      NthCallFails lookUp = new NthCallFails(1, Errno.EPERM, thread -> thread == own);
      SystemCallFaults.install(lookUp);
      assertEquals(-Errno.EPERM, Sockets.interfaceIndex("lo"));
      SystemCallFaults.remove();
      assertEquals(1, Sockets.interfaceIndex("lo"));
      List<Integer> errnos = new ArrayList<>();
      int failures =
          FaultMatrix.play(
              "three calls",
              thread -> thread == own,
              fault -> {
                int fd = Polling.eventfd(0, linux_h.EFD_CLOEXEC);
                errnos.add(fd < 0 ? -fd : 0);
                if (fd >= 0) {
                  FileIo.fcntl(fd, linux_h.F_GETFL, 0);
                  FileIo.close(fd);
                }
              });
      assertEquals(3 * FaultMatrix.errnos(1).size(), failures);
      assertTrue(errnos.contains(FaultMatrix.errnos(1).getFirst()));
      AssertionError leak =
          assertThrows(
              AssertionError.class,
              () ->
                  FaultMatrix.play(
                      "a leak",
                      thread -> thread == own,
                      fault -> {
                        int fd = Polling.eventfd(0, linux_h.EFD_CLOEXEC);
                        if (fd >= 0 && FileIo.fcntl(fd, linux_h.F_GETFL, 0) >= 0) {
                          FileIo.close(fd);
                        }
                      }));
      assertTrue(leak.getMessage().contains("call 2"), leak.getMessage());
      PrintStream out = System.out;
      out.println("done");
    }
  }

  /** Runs in a child. */
  static final class Opening {
    public static void main(String[] arguments) {
      int none;
      int given;
      int noneAgain;
      try (AllDescriptors all = AllDescriptors.take()) {
        none = Polling.eventfd(0, linux_h.EFD_CLOEXEC);
        all.release(1);
        given = Polling.eventfd(0, linux_h.EFD_CLOEXEC);
        noneAgain = Polling.eventfd(0, linux_h.EFD_CLOEXEC);
        FileIo.close(given);
      }
      assertEquals(-Errno.EMFILE, none);
      assertTrue(given > 0 && given < LIMIT);
      assertEquals(-Errno.EMFILE, noneAgain);
      PrintStream out = System.out;
      out.println("done");
    }
  }
}
