package io.fastvif.vhostuser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.bindings.Memory;
import io.fastvif.testing.Allocations;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestMemoryTest {
  private static final long PAGE = 4096;
  private static final long GUEST = 0x1_0000_0000L;

  /** User addresses in the upper half: they are unsigned. */
  private static final long USER = 0xffff_8000_0000_0000L;

  private static final Backing ANY = Backing.ANY_MEMORY;

  private static GuestMemory map(MemoryFile file, MemoryRegion... regions) {
    int[] descriptors = new int[regions.length];
    Arrays.fill(descriptors, file.fd());
    return GuestMemory.map(List.of(regions), descriptors, ANY);
  }

  @Test
  void translatesToTheFilesContents() {
    try (MemoryFile file = MemoryFile.sealed("translate", 4 * PAGE)) {
      GuestMemory memory = map(file, new MemoryRegion(GUEST, 2 * PAGE, USER, 2 * PAGE));
      long address = memory.translate(GUEST + PAGE, Long.BYTES);
      Memory.segment(address, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, 0x1234_5678_9abcL);
      assertEquals(0x1234_5678_9abcL, file.read(3 * PAGE));
      assertEquals(address, memory.translateUser(USER + PAGE, Long.BYTES));
      memory.release();
    }
  }

  @Test
  void rejectsRangesNotWithinOneRegion() {
    try (MemoryFile file = MemoryFile.sealed("within", 4 * PAGE)) {
      // Two regions side by side: a range across both is in neither.
      GuestMemory memory =
          map(
              file,
              new MemoryRegion(GUEST, PAGE, USER, 0),
              new MemoryRegion(GUEST + PAGE, PAGE, USER + PAGE, PAGE));
      assertNotEquals(0, memory.translate(GUEST, PAGE));
      assertNotEquals(0, memory.translate(GUEST + PAGE - 1, 1));
      assertNotEquals(0, memory.translate(GUEST + 2 * PAGE - 1, 1));
      for (long[] bad :
          new long[][] {
            {GUEST, PAGE + 1},
            {GUEST - 1, 1},
            {GUEST - 1, 2},
            {GUEST + PAGE - 1, 2},
            {GUEST + 2 * PAGE, 0},
            {GUEST + 2 * PAGE - 1, 2},
            {GUEST, -1},
            {GUEST + 1, Long.MIN_VALUE},
            {GUEST, Long.MAX_VALUE},
            {GUEST + 8, -8},
            {0, GUEST + 1},
            {-1, 2},
            {-GUEST, 2 * GUEST}
          }) {
        assertEquals(0, memory.translate(bad[0], bad[1]), () -> Arrays.toString(bad));
        assertEquals(
            0, memory.translateUser(bad[0] - GUEST + USER, bad[1]), () -> Arrays.toString(bad));
      }
      memory.release();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 509})
  void findsTheRegionAmongMany(int count) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (MemoryFile file = MemoryFile.sealed("many", count * PAGE)) {
      List<MemoryRegion> regions = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int place = i * 7919 % count; // 7919 is prime: every place, out of order
        regions.add(
            new MemoryRegion(3L * place * PAGE, PAGE, USER + 2L * place * PAGE, place * PAGE));
      }
      int[] descriptors = new int[count];
      Arrays.fill(descriptors, file.fd());
      GuestMemory memory = GuestMemory.map(regions, descriptors, ANY);
      CurrentGuestMemory current = new CurrentGuestMemory();
      current.replace(memory);
      try (GuestMemoryView view = new GuestMemoryView(current)) {
        for (int i = 0; i < 20_000; i++) {
          long address = random.nextLong(3L * count * PAGE);
          long length = random.nextLong(PAGE);
          long expected = 0;
          long userExpected = 0;
          for (MemoryRegion region : regions) {
            long offset = address - region.guestAddress();
            if (offset >= 0 && offset < PAGE && offset + length <= PAGE) {
              expected = memory.translate(region.guestAddress(), 1) + offset;
            }
            offset = USER + address - region.userAddress();
            if (offset >= 0 && offset < PAGE && offset + length <= PAGE) {
              userExpected = memory.translateUser(region.userAddress(), 1) + offset;
            }
          }
          assertEquals(expected, memory.translate(address, length), () -> "seed " + seed);
          assertEquals(expected, view.translate(address, length), () -> "seed " + seed);
          assertEquals(
              userExpected, memory.translateUser(USER + address, length), () -> "seed " + seed);
          assertEquals(
              userExpected, view.translateUser(USER + address, length), () -> "seed " + seed);
        }
      }
      current.close();
    }
  }

  @Test
  void refusesRegionsThatCannotBe() {
    try (MemoryFile file = MemoryFile.sealed("refused", 4 * PAGE)) {
      for (MemoryRegion bad :
          List.of(
              new MemoryRegion(GUEST, 0, USER, 0),
              new MemoryRegion(GUEST, -PAGE, USER, 0),
              new MemoryRegion(-PAGE, 2 * PAGE, USER, 0),
              new MemoryRegion(GUEST, 2 * PAGE, -PAGE, 0),
              new MemoryRegion(GUEST + 8, PAGE, USER, 0),
              new MemoryRegion(GUEST, PAGE, USER + 8, 0),
              new MemoryRegion(GUEST, PAGE, USER, 8),
              new MemoryRegion(GUEST, PAGE, USER, -PAGE),
              new MemoryRegion(GUEST, 4 * PAGE + 1, USER, 0),
              new MemoryRegion(GUEST, PAGE, USER, 4 * PAGE),
              new MemoryRegion(GUEST, Long.MAX_VALUE & -PAGE, 0, PAGE))) {
        assertThrows(InvalidMemoryException.class, () -> map(file, bad), bad::toString);
      }
    }
  }

  @Test
  void regionAddedTwiceMustBeRemovedTwice() throws IOException {
    try (MemoryFile file = MemoryFile.sealed("twice", 4 * PAGE);
        MemoryFile other = MemoryFile.sealed("other", 4 * PAGE)) {
      MemoryRegion region = new MemoryRegion(GUEST, 2 * PAGE, USER, 0);
      assertThrows(InvalidMemoryException.class, () -> map(file, region, region));
      GuestMemory once = map(file, region);
      assertThrows(InvalidMemoryException.class, () -> once.with(region, other.fd(), ANY));
      GuestMemory twice = once.with(region, file.fd(), ANY);
      long address = once.translate(GUEST, 8);
      once.release();
      assertEquals(List.of(region), twice.regions());
      GuestMemory left = twice.without(region);
      twice.release();
      assertEquals(address, left.translate(GUEST, 8));
      GuestMemory none = left.without(region);
      left.release();
      assertEquals(List.of(), none.regions());
      assertThrows(InvalidMemoryException.class, () -> none.without(region));
      none.release();
    }
  }

  @Test
  void refusesRegionsThatOverlap() throws IOException {
    try (MemoryFile file = MemoryFile.sealed("overlap", 4 * PAGE)) {
      MemoryRegion first = new MemoryRegion(GUEST, 2 * PAGE, USER, 0);
      MemoryRegion guestOverlaps = new MemoryRegion(GUEST + PAGE, PAGE, USER - PAGE, 0);
      MemoryRegion userOverlaps = new MemoryRegion(GUEST - PAGE, PAGE, USER + PAGE, 0);
      MemoryRegion holds = new MemoryRegion(GUEST - PAGE, 4 * PAGE, USER - PAGE, 0);
      MemoryRegion otherPart = new MemoryRegion(GUEST, 2 * PAGE, USER, PAGE);
      for (MemoryRegion second : List.of(guestOverlaps, userOverlaps, holds, otherPart)) {
        assertThrows(InvalidMemoryException.class, () -> map(file, first, second));
        GuestMemory memory = map(file, first);
        assertThrows(InvalidMemoryException.class, () -> memory.with(second, file.fd(), ANY));
        memory.release();
      }
      assertEquals(0, file.mappings(), "what was mapped before the error is unmapped");
    }
  }

  /** The specification speaks of no pages; other backends map such regions too. */
  @Test
  void takesRegionsThatBeginAndEndWithinAPage() {
    long line = 64;
    try (MemoryFile file = MemoryFile.sealed("odd", 4 * PAGE)) {
      MemoryRegion odd = new MemoryRegion(GUEST + line, PAGE + 1, USER + 2 * line, 3 * line);
      CurrentGuestMemory current = new CurrentGuestMemory();
      current.replace(map(file, odd));
      try (GuestMemoryView view = new GuestMemoryView(current)) {
        long address = view.translate(GUEST + line, Long.BYTES);
        Memory.segment(address, Long.BYTES).set(ValueLayout.JAVA_LONG, 0, 42);
        assertEquals(42, file.read(3 * line));
        assertEquals(address, view.translateUser(USER + 2 * line, Long.BYTES));
        assertEquals(address + PAGE, view.translate(GUEST + line + PAGE, 1));
        assertEquals(0, view.translate(GUEST + line + PAGE, 2));
        assertEquals(0, view.translate(GUEST + line - 1, 1));
        assertEquals(PAGE + 1, view.contiguous(GUEST + line));
        assertEquals(1, view.contiguous(GUEST + line + PAGE));
        assertEquals(0, view.contiguous(GUEST + line + PAGE + 1));
        assertEquals(0, view.contiguous(GUEST));
      }
      current.close();
    }
  }

  /** One memory that the guest sees in two places; the frontend has it in one. */
  @Test
  void takesTwoRegionsWithOneUserAddressIfTheyAreOneMemory() throws IOException {
    try (MemoryFile file = MemoryFile.sealed("alias", 4 * PAGE);
        MemoryFile other = MemoryFile.sealed("other", 4 * PAGE)) {
      MemoryRegion whole = new MemoryRegion(GUEST, 2 * PAGE, USER, PAGE);
      MemoryRegion part = new MemoryRegion(0, PAGE, USER + PAGE, 2 * PAGE);
      MemoryRegion beyond = new MemoryRegion(PAGE, 2 * PAGE, USER + PAGE, 2 * PAGE);
      GuestMemory memory = map(file, whole, part, beyond);
      long address = memory.translate(GUEST, 1);
      assertEquals(address, memory.translateUser(USER, 2 * PAGE));
      assertEquals(address + PAGE + 7, memory.translateUser(USER + PAGE + 7, 1));
      Memory.segment(memory.translateUser(USER + 2 * PAGE, 8), 8).set(ValueLayout.JAVA_LONG, 0, 7);
      assertEquals(7, file.read(3 * PAGE));
      Memory.segment(memory.translate(0, 8), 8).set(ValueLayout.JAVA_LONG, 0, 9);
      assertEquals(9, file.read(2 * PAGE));
      assertEquals(0, memory.translateUser(USER + 3 * PAGE, 1));
      assertThrows(
          InvalidMemoryException.class,
          () -> memory.with(new MemoryRegion(8 * PAGE, PAGE, USER, PAGE), other.fd(), ANY));
      memory.release();
    }
  }

  @Test
  void addsAndRemovesRegions() throws IOException {
    try (MemoryFile file = MemoryFile.sealed("slots", 4 * PAGE)) {
      MemoryRegion low = new MemoryRegion(GUEST, PAGE, USER, 0);
      MemoryRegion high = new MemoryRegion(GUEST + 2 * PAGE, PAGE, USER + 2 * PAGE, 2 * PAGE);
      GuestMemory one = map(file, low);
      GuestMemory two = one.with(high, file.fd(), ANY);
      assertEquals(0, one.translate(high.guestAddress(), 1));
      assertEquals(one.translate(GUEST, 1), two.translate(GUEST, 1), "the mapping is the same");
      one.release();
      assertNotEquals(0, two.translate(high.guestAddress(), 1));
      // The offset does not count.
      GuestMemory last =
          two.without(new MemoryRegion(low.guestAddress(), PAGE, low.userAddress(), 99));
      two.release();
      assertEquals(List.of(high), last.regions());
      assertEquals(1, file.mappings());
      assertThrows(InvalidMemoryException.class, () -> last.without(low));
      last.release();
      assertEquals(0, file.mappings());
    }
  }

  @Test
  void unmapsWhenNoViewLooksAnyMore() throws IOException {
    try (MemoryFile file = MemoryFile.sealed("views", PAGE);
        CurrentGuestMemory current = new CurrentGuestMemory()) {
      MemoryRegion region = new MemoryRegion(GUEST, PAGE, USER, 0);
      GuestMemoryView empty = new GuestMemoryView(current);
      assertEquals(0, empty.translate(GUEST, 1));
      current.replace(map(file, region));
      GuestMemoryView view = new GuestMemoryView(current);
      assertEquals(0, empty.translate(GUEST, 1), "a view changes only when it is told to");
      assertTrue(empty.refresh());
      long address = view.translate(GUEST, 1);
      assertEquals(address, empty.translate(GUEST, 1));
      assertFalse(view.refresh());
      current.replace(map(file, region));
      assertEquals(2, file.mappings());
      assertEquals(address, view.translate(GUEST, 1));
      assertTrue(view.refresh());
      assertEquals(2, file.mappings(), "the other view looks at the former memory");
      empty.close();
      assertEquals(1, file.mappings());
      current.replace(GuestMemory.empty());
      assertNotEquals(0, view.translate(GUEST, 1));
      assertTrue(view.refresh());
      assertEquals(0, view.translate(GUEST, 1));
      assertEquals(0, file.mappings());
      view.close();
    }
  }

  @Test
  void translatesWithoutAllocation() {
    try (MemoryFile file = MemoryFile.sealed("allocation", 2 * PAGE);
        CurrentGuestMemory current = new CurrentGuestMemory()) {
      current.replace(
          map(file, new MemoryRegion(GUEST, PAGE, USER, 0), new MemoryRegion(0, PAGE, 0, PAGE)));
      try (GuestMemoryView view = new GuestMemoryView(current)) {
        long expected = view.translate(GUEST, 1) ^ view.translate(0, 1);
        Allocations.assertNone(
            () -> (view.refresh() ? 1 : 0) | (view.translate(GUEST, 1) ^ view.translate(0, 1)),
            expected,
            10_000);
      }
    }
  }
}
