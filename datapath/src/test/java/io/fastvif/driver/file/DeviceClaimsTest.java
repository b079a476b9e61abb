package io.fastvif.driver.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.vif.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has which device of a pool. */
class DeviceClaimsTest {
  private static final List<PciAddress> POOL =
      IntStream.range(0, 64).mapToObj(i -> new PciAddress(0, 0xaf, i / 8, i % 8)).toList();

  @TempDir Path temporary;

  private static EndpointId id(int number) {
    return new EndpointId("fast", EndpointType.PCI_DEVICE, new UUID(0, number));
  }

  @Test
  void claimsAreKeptInTheFolderAlone() throws Exception {
    Path folder = temporary.resolve("claims");
    assertEquals(Optional.empty(), new DeviceClaims(folder).heldBy(id(1)));
    assertFalse(Files.exists(folder));
    assertEquals(POOL.get(0), new DeviceClaims(folder).claim(POOL, id(1)));
    assertEquals(POOL.get(1), new DeviceClaims(folder).claim(POOL, id(2)));
    assertEquals(POOL.get(0), new DeviceClaims(folder).claim(POOL, id(1)));
    new DeviceClaims(folder).release(id(1));
    new DeviceClaims(folder).release(id(1));
    assertEquals(Optional.empty(), new DeviceClaims(folder).heldBy(id(1)));
    assertEquals(Optional.of(POOL.get(1)), new DeviceClaims(folder).heldBy(id(2)));
    assertEquals(POOL.get(0), new DeviceClaims(folder).claim(POOL, id(3)));
    assertEquals(List.of("0000:af:00.0", "0000:af:00.1"), files(folder));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFullPoolRefuses() throws Exception {
    DeviceClaims claims = new DeviceClaims(temporary);
    claims.claim(POOL.subList(0, 1), id(1));
    UnsuitedException full =
        assertThrows(UnsuitedException.class, () -> claims.claim(POOL.subList(0, 1), id(2)));
    assertEquals("all 1 devices of the pool are in use", full.getMessage());
    assertEquals(List.of("0000:af:00.0"), files(temporary));
  }

  @Test
  void threadsNeverShareADevice() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<PciAddress>> claimed = new ArrayList<>();
      for (int i = 0; i < POOL.size(); i++) {
        EndpointId id = id(i);
        claimed.add(threads.submit(() -> new DeviceClaims(temporary).claim(POOL, id)));
      }
      HashSet<PciAddress> devices = new HashSet<>();
      for (Future<PciAddress> device : claimed) {
        devices.add(device.get());
      }
      assertEquals(new HashSet<>(POOL), devices);
    }
  }
}
