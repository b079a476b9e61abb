package io.fastvif.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressStoreTest {
  private static final int THREADS = 8;
  private static final int REPEATS = 2000;
  private static final int CHANGES = 300;

  @TempDir Path folder;

  private static InetAddress address(int last) {
    return Cidr.address("", "10.1.0." + last);
  }

  private static AttachmentId id(String container) {
    return new AttachmentId("net", container, "eth0");
  }

  private AddressStore store() {
    return AddressStore.of(folder.resolve("net"));
  }

  @Test
  void filesAreThoseOfTheReferencePlugin() throws IOException {
    Files.createDirectories(folder.resolve("net"));
    Files.writeString(folder.resolve("net/last_reserved_ip.0"), "10.1.0.200");
    store()
        .locked(
            () -> {
              assertEquals(address(200), store().last(0));
              assertTrue(store().reserve(address(2), id("one"), 0));
              assertFalse(store().reserve(address(2), id("two"), 0));
              assertEquals(address(2), store().last(0));
            });
    assertEquals("one\r\neth0", Files.readString(folder.resolve("net/10.1.0.2")));
    assertEquals("10.1.0.2", Files.readString(folder.resolve("net/last_reserved_ip.0")));
  }

  @Test
  void whatOthersHaveDoneMeanwhileIsSeen() throws IOException {
    store().locked(() -> assertEquals(List.of(), store().heldBy(id("one"))));
    Files.writeString(folder.resolve("net/10.1.0.7"), "one\r\neth0");
    store()
        .locked(
            () -> {
              assertEquals(List.of(address(7)), store().heldBy(id("one")));
              assertFalse(store().reserve(address(7), id("two"), 0));
              store().freeAllOf(id("one"));
              assertFalse(store().isHeld(address(7)));
              assertTrue(store().reserve(address(7), id("two"), 0));
              assertEquals(Set.of(id("two")), store().owners("net"));
            });
    Files.delete(folder.resolve("net/10.1.0.7"));
    store().locked(() -> assertEquals(List.of(), store().heldBy(id("two"))));
  }

  /** A file that is written over leaves the folder as it was, so that nobody looks at it. */
  @Test
  void whatNobodyElseHasChangedIsNotReadAgain() throws IOException {
    AddressStore store = store();
    store.locked(
        () -> {
          assertEquals(List.of(), store.heldBy(id("one")));
          assertTrue(store.reserve(address(2), id("one"), 0));
        });
    Files.writeString(folder.resolve("net/10.1.0.2"), "other\r\neth0");
    store.locked(() -> assertEquals(List.of(), store.heldBy(id("other"))));
    // Nothing is freed for what is only remembered.
    store.locked(() -> store.freeAllOf(id("one")));
    store.locked(() -> assertEquals(List.of(address(2)), store.heldBy(id("other"))));
    store.locked(() -> store.freeAllBut(Set.of(id("other"))));
    store.locked(() -> assertTrue(store.isHeld(address(2))));
  }

  @Test
  void changesRightAfterOnesOwnAreSeen() throws IOException {
    AddressStore store = store();
    Path file = folder.resolve("net/10.1.0.2");
    for (int i = 0; i < CHANGES; i++) {
      store.locked(
          () -> {
            store.freeAllOf(id("other"));
            assertTrue(store.reserve(address(2), id("one"), 0));
          });
      Files.delete(file);
      Files.writeString(file, "other\r\neth0");
      store.locked(() -> assertEquals(List.of(address(2)), store.heldBy(id("other"))));
      Files.delete(file);
      store.locked(() -> assertFalse(store.isHeld(address(2))));
    }
  }

  @Test
  void threadsThatWaitAreServedTogetherAndEachFailsAlone() throws Exception {
    CountDownLatch isHeld = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger ends = new AtomicInteger();
    AddressTurns turns = new AddressTurns(folder.resolve("turns"));
    IOException problem = new IOException("of one alone");
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1)) {
      Future<?> first =
          threads.submit(
              () -> {
                turns.run(
                    () -> {
                      isHeld.countDown();
                      await(go);
                    },
                    ends::incrementAndGet);
                return null;
              });
      isHeld.await();
      List<Future<?>> others = new ArrayList<>();
      CountDownLatch waiting = new CountDownLatch(THREADS);
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        others.add(
            threads.submit(
                () -> {
                  waiting.countDown();
                  turns.run(
                      () -> {
                        if (number == 0) {
                          throw problem;
                        }
                      },
                      ends::incrementAndGet);
                  return null;
                }));
      }
      waiting.await();
      go.countDown();
      first.get();
      assertSame(
          problem, assertThrows(ExecutionException.class, others.getFirst()::get).getCause());
      for (Future<?> other : others.subList(1, THREADS)) {
        other.get();
      }
    }
    assertTrue(ends.get() >= 2 && ends.get() <= 1 + THREADS, ends::toString);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void burstOfThreadsGetsDifferentAddresses() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<InetAddress>> given = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        AttachmentId id = id("pod" + i);
        given.add(
            threads.submit(
                () -> {
                  InetAddress[] own = new InetAddress[1];
                  store()
                      .locked(
                          () -> {
                            for (int last = 1; own[0] == null; last++) {
                              own[0] = store().reserve(address(last), id, 0) ? address(last) : null;
                            }
                          });
                  return own[0];
                }));
      }
      for (int i = 0; i < given.size(); i++) {
        assertEquals(
            "pod" + i + "\r\neth0",
            Files.readString(folder.resolve("net").resolve(Cidr.text(given.get(i).get()))));
      }
    }
  }

  /** At any time a kill may leave the files as they are seen then. */
  @Test
  void fileOfAnAddressIsNeverSeenWithoutItsOwner() throws Exception {
    Path file = folder.resolve("net/10.1.0.2");
    int seen = 0;
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<?> writer =
          threads.submit(
              () -> {
                for (int i = 0; i < REPEATS; i++) {
                  store()
                      .locked(
                          () -> {
                            assertTrue(store().reserve(address(2), id("one"), 0));
                            store().free(address(2));
                          });
                }
                return null;
              });
      while (!writer.isDone()) {
        try {
          assertEquals("one\r\neth0", Files.readString(file));
          seen++;
        } catch (NoSuchFileException free) {
          Thread.onSpinWait();
        }
      }
      writer.get();
    }
    assertTrue(seen > 0, "it was never seen");
  }

  @Test
  void whatAKillLeftBesideAnAddressIsTakenAway() throws IOException {
    Path net = Files.createDirectories(folder.resolve("net"));
    Files.writeString(net.resolve("10.1.0.2"), "one\r\neth0");
    Files.createLink(net.resolve(AddressStore.ASIDE), net.resolve("10.1.0.2"));
    store().locked(() -> assertTrue(store().reserve(address(3), id("two"), 0)));
    assertEquals("one\r\neth0", Files.readString(net.resolve("10.1.0.2")));
    assertEquals("two\r\neth0", Files.readString(net.resolve("10.1.0.3")));
    assertFalse(Files.exists(net.resolve(AddressStore.ASIDE)));
    Files.writeString(net.resolve(AddressStore.ASIDE), "");
    store().locked(() -> store().freeAllOf(id("two")));
    assertFalse(Files.exists(net.resolve(AddressStore.ASIDE)));
    assertTrue(Files.exists(net.resolve("10.1.0.2")));
  }

  @Test
  void folderThatCannotBeMadeIsEveryonesProblem() throws IOException {
    Files.writeString(folder.resolve("net"), "a file");
    assertThrows(IOException.class, () -> store().locked(() -> {}));
    Files.delete(folder.resolve("net"));
    store().locked(() -> {});
  }
}
