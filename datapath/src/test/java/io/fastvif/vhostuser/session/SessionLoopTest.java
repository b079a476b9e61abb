package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.EPOLLIN;
import static io.fastvif.bindings.linux.linux_h.VIRTIO_F_VERSION_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Errno;
import io.fastvif.bindings.FileDescriptor;
import io.fastvif.bindings.Polling;
import io.fastvif.bindings.fault.NthCallFails;
import io.fastvif.bindings.fault.SystemCallFaults;
import io.fastvif.testing.Await;
import io.fastvif.testing.FaultyProcess;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That what goes wrong for one port ends nothing of the others that the same thread serves. */
class SessionLoopTest {
  private static final BackendOptions OPTIONS = BackendOptions.of(1L << VIRTIO_F_VERSION_1, 1);
  private static final long ANSWER_MILLIS = 60_000;

  @TempDir Path folder;

  private static void assertServes(SessionLoop loop) throws InterruptedException {
    CountDownLatch served = new CountDownLatch(1);
    loop.execute(served::countDown);
    assertTrue(served.await(60, TimeUnit.SECONDS), "the thread has ended");
  }

  private static void assertAnswers(Path socket) {
    try (VhostUserFrontend frontend = VhostUserFrontend.connect(socket.toString(), ANSWER_MILLIS)) {
      assertEquals(OPTIONS.features(), frontend.getFeatures());
    }
  }

  @Test
  void keepsServingAfterATaskThrows() throws Exception {
    try (SessionLoop loop = SessionLoop.start()) {
      loop.execute(
          () -> {
            throw new IllegalStateException("a task");
          });
      assertServes(loop);
      loop.execute(
          () -> {
            throw new AssertionError("a task's error");
          });
      assertServes(loop);
    }
  }

  @Test
  void keepsServingAfterATimerThrows() throws Exception {
    try (SessionLoop loop = SessionLoop.start()) {
      CountDownLatch next = new CountDownLatch(1);
      loop.run(
          () -> {
            loop.after(
                0,
                () -> {
                  throw new IllegalStateException("a timer");
                });
            loop.after(1, next::countDown);
          });
      assertTrue(next.await(60, TimeUnit.SECONDS), "the next timer");
      assertServes(loop);
    }
  }

  @Test
  void keepsServingAfterADescriptorsTaskThrows() throws Exception {
    try (SessionLoop loop = SessionLoop.start();
        FileDescriptor ready = FileDescriptor.check(Polling.eventfd(1, 0), "eventfd")) {
      AtomicInteger calls = new AtomicInteger();
      long[] key = new long[1];
      loop.run(
          () ->
              key[0] =
                  loop.add(
                      ready.value(),
                      EPOLLIN,
                      events -> {
                        calls.incrementAndGet();
                        throw new IllegalStateException("a descriptor's task");
                      }));
      Await.until("told", () -> calls.get() > 0);
      assertServes(loop);
      loop.run(() -> loop.remove(ready.value(), key[0]));
    }
  }

  private void assertHarmless(Consumer<String> thrower) throws Exception {
    BackendObserver throwing =
        new BackendObserver() {
          @Override
          public void connected() {
            thrower.accept("connected");
          }

          @Override
          public void disconnected(boolean owner, String reason) {
            thrower.accept("disconnected");
          }

          @Override
          public void ringFailed(int ring, String reason) {
            thrower.accept("ringFailed");
          }
        };
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    RecordingBackend port = new RecordingBackend();
    try (SessionLoop loop = SessionLoop.start();
        VhostUserBackend one =
            VhostUserBackend.listen(
                loop, ListenOptions.of(first.toString()), OPTIONS, port, throwing);
        VhostUserBackend other =
            VhostUserBackend.listen(
                loop,
                ListenOptions.of(second.toString()),
                OPTIONS,
                new RecordingBackend(),
                BackendObserver.NONE)) {
      for (int i = 0; i < 3; i++) {
        try (VhostUserFrontend frontend =
            VhostUserFrontend.connect(first.toString(), ANSWER_MILLIS)) {
          frontend.setOwner();
          frontend.setFeatures(OPTIONS.features());
          frontend.getFeatures();
          port.session.ringFailed(0, "a ring");
          frontend.getFeatures();
        }
        port.await("gone");
        assertAnswers(second);
      }
      assertTrue(one != other);
    }
  }

  @Test
  void anObserverThatThrowsEndsNothing() throws Exception {
    assertHarmless(
        what -> {
          throw new IllegalStateException(what);
        });
    assertHarmless(
        what -> {
          throw new AssertionError(what);
        });
  }

  @Test
  void connectsOnceThereIsADescriptorAgain() throws Exception {
    assertTrue(FaultyProcess.run(Connecting.class, folder.toString()).contains("connected"));
  }

  /** Runs in a child: a backend that connects, whose socket(2) fails for want of descriptors. */
  static final class Connecting {
    private static final int SOCKET = 41;

    public static void main(String[] arguments) throws Exception {
      Path path = Path.of(arguments[0], "frontend");
      Path other = Path.of(arguments[0], "other");
      AtomicInteger refused = new AtomicInteger();
      SystemCallFaults.Injector noSockets =
          (number, a, b) -> {
            if (number == SOCKET && Thread.currentThread().getName().startsWith("fastvif")) {
              refused.incrementAndGet();
              return Errno.EMFILE;
            }
            return 0;
          };
      NthCallFails none = new NthCallFails(Long.MAX_VALUE, Errno.EMFILE, thread -> true);
      SystemCallFaults.install(none);
      try (SessionLoop loop = SessionLoop.start();
          VhostUserBackend listening =
              VhostUserBackend.listen(
                  loop,
                  ListenOptions.of(other.toString()),
                  OPTIONS,
                  new RecordingBackend(),
                  BackendObserver.NONE);
          VhostUserBackend connecting =
              VhostUserBackend.connect(
                  loop, path.toString(), OPTIONS, new RecordingBackend(), BackendObserver.NONE)) {
        SystemCallFaults.install(noSockets);
        Await.until("refused", () -> refused.get() > 1);
        assertAnswers(other);
        SystemCallFaults.remove();
        try (FrontendListener frontend = FrontendListener.open(ListenOptions.of(path.toString()));
            VhostUserFrontend connected = frontend.accept(ANSWER_MILLIS)) {
          assertEquals(OPTIONS.features(), connected.getFeatures());
        }
        assertTrue(listening != connecting);
      }
      PrintStream out = System.out;
      out.println("connected");
    }
  }
}
