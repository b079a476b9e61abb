package io.fastvif.vhostuser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class DirtyLogTest {
  private static final long PAGE = 4096;

  /** A log of 64 pages that begins in the middle of a page of its file. */
  @Test
  void setsABitForEachPage() {
    try (MemoryFile file = MemoryFile.sealed("log", 2 * PAGE)) {
      DirtyLog log = DirtyLog.map(file.fd(), PAGE, Long.BYTES, Backing.SEALED);
      log.mark(3 * PAGE + 4095, 1);
      assertEquals(1L << 3, file.read(PAGE));
      log.mark(5 * PAGE - 1, 2);
      assertEquals(1L << 3 | 1L << 4 | 1L << 5, file.read(PAGE));
      log.mark(30 * PAGE, 4 * PAGE);
      assertEquals(0b111L << 3 | 0b1111L << 30, file.read(PAGE));
      log.mark(7 * PAGE, 0);
      log.mark(-PAGE, PAGE);
      log.mark(64 * PAGE, PAGE);
      assertEquals(0b111L << 3 | 0b1111L << 30, file.read(PAGE));
      log.mark(62 * PAGE, 1L << 40);
      assertEquals(0b111L << 3 | 0b1111L << 30 | 0b11L << 62, file.read(PAGE));
      assertEquals(0, file.read(PAGE + Long.BYTES), "nothing beyond the log");
      log.mapping().release();
    }
  }

  /** Two backends' threads mark one log: no bit is lost. */
  @Test
  void losesNoBit() throws InterruptedException {
    try (MemoryFile file = MemoryFile.sealed("log", PAGE)) {
      DirtyLog log = DirtyLog.map(file.fd(), 0, PAGE, Backing.SEALED);
      Thread[] threads = new Thread[2];
      for (int t = 0; t < threads.length; t++) {
        int first = t;
        threads[t] =
            new Thread(
                () -> {
                  for (long page = first; page < PAGE * 8; page += threads.length) {
                    log.mark(page * PAGE, 1);
                  }
                });
        threads[t].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      BitSet bits = new BitSet();
      for (int i = 0; i < PAGE / Long.BYTES; i++) {
        for (int bit = 0; bit < Long.SIZE; bit++) {
          bits.set(i * Long.SIZE + bit, (file.read((long) i * Long.BYTES) >>> bit & 1) == 1);
        }
      }
      assertEquals(PAGE * 8, bits.cardinality());
      log.mapping().release();
    }
  }
}
