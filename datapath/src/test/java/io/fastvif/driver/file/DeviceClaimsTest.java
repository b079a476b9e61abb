package io.fastvif.driver.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.driver.EndpointId;
import io.fastvif.driver.EndpointType;
import io.fastvif.vif.PciAddress;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

  private static PciAddress claim(Path folder, int number) throws UnsuitedException {
    return new DeviceClaims(folder).claim(POOL, id(number)).device();
  }

  @Test
  void claimsAreKeptInTheFolderAlone() throws Exception {
    Path folder = temporary.resolve("claims");
    assertEquals(Optional.empty(), new DeviceClaims(folder).heldBy(id(1)));
    assertFalse(Files.exists(folder));
    assertEquals(POOL.get(0), claim(folder, 1));
    assertEquals(POOL.get(1), claim(folder, 2));
    assertEquals(POOL.get(0), claim(folder, 1));
    new DeviceClaims(folder).release(id(1));
    new DeviceClaims(folder).release(id(1));
    assertEquals(Optional.empty(), new DeviceClaims(folder).heldBy(id(1)));
    assertEquals(Optional.of(POOL.get(1)), new DeviceClaims(folder).heldBy(id(2)));
    assertEquals(POOL.get(0), claim(folder, 3));
    assertEquals(List.of("0000:af:00.0", "0000:af:00.1"), files(folder));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("lock"))
          .sorted()
          .toList();
    }
  }

  @Test
  void aFullPoolRefuses() throws Exception {
    DeviceClaims claims = new DeviceClaims(temporary);
    claims.claim(POOL.subList(0, 1), id(1));
    UnsuitedException full =
        assertThrows(UnsuitedException.class, () -> claims.claim(POOL.subList(0, 1), id(2)));
    assertEquals("all devices of the pool are in use: 1", full.getMessage());
    assertEquals(List.of("0000:af:00.0"), files(temporary));
  }

  @Test
  void skipsDevicesThatAreNotFree() throws Exception {
    DeviceClaims claims = new DeviceClaims(temporary);
    PciAddress others = POOL.get(0);
    assertEquals(POOL.get(1), claims.claim(POOL, id(1), device -> !device.equals(others)).device());
    assertThrows(
        UnsuitedException.class,
        () -> claims.claim(POOL.subList(0, 2), id(2), device -> !device.equals(others)));
    assertEquals(List.of("0000:af:00.1"), files(temporary));
  }

  @Test
  void threadsNeverShareADevice() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<PciAddress>> claimed = new ArrayList<>();
      for (int i = 0; i < POOL.size(); i++) {
        EndpointId id = id(i);
        claimed.add(threads.submit(() -> new DeviceClaims(temporary).claim(POOL, id).device()));
      }
      HashSet<PciAddress> devices = new HashSet<>();
      for (Future<PciAddress> device : claimed) {
        devices.add(device.get());
      }
      assertEquals(new HashSet<>(POOL), devices);
    }
  }

  @Test
  void anEndpointHasOneDeviceHoweverManyThreadsClaimItAtOnce() throws Exception {
    int count = 4;
    CyclicBarrier together = new CyclicBarrier(count);
    try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
      for (int round = 0; round < POOL.size(); round++) {
        EndpointId id = id(round);
        List<Future<DeviceClaims.Claim>> claims = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          claims.add(
              threads.submit(
                  () -> {
                    together.await();
                    return new DeviceClaims(temporary).claim(POOL, id);
                  }));
        }
        int fresh = 0;
        for (Future<DeviceClaims.Claim> claim : claims) {
          assertEquals(POOL.get(round), claim.get().device());
          fresh += claim.get().fresh() ? 1 : 0;
        }
        assertEquals(1, fresh);
        assertEquals(round + 1, files(temporary).size());
      }
    }
  }

  /** Two processes claim for the same endpoints, from one pool with a device for each. */
  @Test
  void anEndpointHasOneDeviceAlsoAmongProcesses() throws Exception {
    List<Process> processes = List.of(claiming(), claiming());
    try {
      for (Process process : processes) {
        assertEquals("ready", process.inputReader().readLine());
      }
      for (Process process : processes) {
        process.outputWriter().append("go\n").flush();
      }
      List<List<String>> printed = new ArrayList<>();
      for (Process process : processes) {
        printed.add(process.inputReader().lines().toList());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      }
      assertEquals(POOL.size(), Set.copyOf(printed.get(0)).size(), printed::toString);
      assertEquals(printed.get(0), printed.get(1));
      assertEquals(POOL.size(), files(temporary).size());
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  private Process claiming() throws IOException {
    String classPath =
        System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path");
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            DeviceClaimsTest.class.getName(),
            temporary.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** One of the two processes: prints the device of each endpoint. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    PrintStream out = System.out;
    out.println("ready");
    if (System.in.read() != 'g') {
      throw new EOFException("the test is gone");
    }
    for (int i = 0; i < POOL.size(); i++) {
      out.println(claim(folder, i));
    }
  }
}
