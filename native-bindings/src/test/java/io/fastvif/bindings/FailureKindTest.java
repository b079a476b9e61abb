package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class FailureKindTest {
  /** All error numbers that have a kind. */
  private static final Map<Integer, FailureKind> KINDS =
      Map.ofEntries(
          Map.entry(Errno.EEXIST, FailureKind.EXISTS),
          Map.entry(Errno.ENOENT, FailureKind.NOT_FOUND),
          Map.entry(Errno.ESRCH, FailureKind.NOT_FOUND),
          Map.entry(Errno.ENXIO, FailureKind.NOT_FOUND),
          Map.entry(Errno.ENODEV, FailureKind.NOT_FOUND),
          Map.entry(Errno.EADDRNOTAVAIL, FailureKind.NOT_FOUND),
          Map.entry(Errno.EPERM, FailureKind.NOT_PERMITTED),
          Map.entry(Errno.EACCES, FailureKind.NOT_PERMITTED),
          Map.entry(Errno.EROFS, FailureKind.NOT_PERMITTED),
          Map.entry(Errno.ETIMEDOUT, FailureKind.TIMED_OUT),
          Map.entry(Errno.ETIME, FailureKind.TIMED_OUT),
          Map.entry(Errno.EBUSY, FailureKind.BUSY),
          Map.entry(Errno.EAGAIN, FailureKind.BUSY),
          Map.entry(Errno.ETXTBSY, FailureKind.BUSY),
          Map.entry(Errno.EADDRINUSE, FailureKind.BUSY));

  @Test
  void eachErrorNumberHasItsKindAndItsPredicateAlone() {
    for (int errno = 0; errno <= Errno.EHWPOISON + 1; errno++) {
      FailureKind kind = KINDS.getOrDefault(errno, FailureKind.OTHER);
      SystemCallException refused = new SystemCallException("call", errno);
      assertEquals(kind, FailureKind.ofErrno(errno), Errno.name(errno));
      assertEquals(kind, refused.kind(), Errno.name(errno));
      assertEquals(errno, refused.errno());
      assertEquals(kind == FailureKind.EXISTS, refused.alreadyExists());
      assertEquals(kind == FailureKind.NOT_FOUND, refused.notFound());
      assertEquals(kind == FailureKind.NOT_PERMITTED, refused.notPermitted());
      assertEquals(kind == FailureKind.TIMED_OUT, refused.timedOut());
      assertEquals(kind == FailureKind.BUSY, refused.busy());
    }
  }

  @Test
  void theKernelIsAskedAndItsWordsAreKept() {
    SystemCallException absent =
        assertThrows(
            SystemCallException.class,
            () -> SystemCallException.check(FileIo.open("/nothing/there", 0, 0), "open", "there"));

    assertTrue(absent.notFound());
    assertFalse(absent.busy());
    assertEquals("open(there): ENOENT (No such file or directory)", absent.getMessage());
  }

  @Test
  void exceptionsOfTheJdkAreSortedByClassAndByCause() {
    IOException absent = new NoSuchFileException("f");
    assertEquals(FailureKind.NOT_FOUND, FailureKind.of(new UncheckedIOException(absent)));
    assertEquals(FailureKind.NOT_PERMITTED, FailureKind.of(new AccessDeniedException("f")));
    assertEquals(FailureKind.EXISTS, FailureKind.of(new FileAlreadyExistsException("f")));
    assertEquals(FailureKind.TIMED_OUT, FailureKind.of(new SocketTimeoutException()));
    assertEquals(
        FailureKind.TIMED_OUT, FailureKind.of(new IOException("late", new TimeoutException())));
    assertEquals(FailureKind.OTHER, FailureKind.of(new NotDirectoryException("f")));
    assertEquals(FailureKind.OTHER, FailureKind.of(new IllegalStateException()));
    assertEquals(FailureKind.OTHER, FailureKind.of(null));
  }

  @Test
  void aWrapperHasTheKindAndTheNumberOfItsCause() {
    FastvifIOException wrapper =
        new FastvifIOException("the tap is taken", new SystemCallException("ioctl", Errno.EBUSY));

    assertTrue(wrapper.busy());
    assertEquals(Errno.EBUSY, wrapper.errno());
    assertEquals(Errno.EBUSY, Errno.of(new IOException("outside", wrapper)));
    assertTrue(new FastvifIOException(FailureKind.TIMED_OUT, "late").timedOut());
    assertEquals(0, new FastvifIOException(FailureKind.TIMED_OUT, "late").errno());
  }

  @Test
  void causesInACircleComeToAnEnd() {
    Exception one = new Exception("one");
    Exception other = new Exception("other", one);
    one.initCause(other);

    assertEquals(FailureKind.OTHER, FailureKind.of(one));
    assertEquals(0, Errno.of(one));
  }
}
