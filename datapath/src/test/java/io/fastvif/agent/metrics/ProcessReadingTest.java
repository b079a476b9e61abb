package io.fastvif.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessReadingTest {
  @TempDir Path folder;

  private void files(String limit) throws IOException {
    Files.writeString(
        folder.resolve("status"),
        "Name:\tjava VmRSS: 9 kB\nVmSize:\t 4096000 kB\nVmRSS:\t   61440 kB\nThreads:\t23\n");
    Files.writeString(
        folder.resolve("stat"),
        "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 23 0 77 1 2\n");
    Files.writeString(
        folder.resolve("limits"),
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + ("Max open files            " + limit + "                 524288       files  \n"));
    Files.createDirectories(folder.resolve("fd"));
    for (int i = 0; i < 5; i++) {
      Files.writeString(folder.resolve("fd/" + i), "");
    }
  }

  @Test
  void readsWhatTheKernelTells() throws IOException {
    files("1024");
    ProcessReading reading = ProcessReading.take(folder, Runtime.getRuntime());
    assertEquals(61440L * 1024, reading.residentBytes());
    assertEquals(4096000L * 1024, reading.virtualBytes());
    assertEquals(23, reading.threads());
    assertEquals(4, reading.descriptors());
    assertEquals(1024, reading.maxDescriptors());
    assertEquals(2.0, reading.cpuSeconds());
  }

  @Test
  void noLimitIsSaid() throws IOException {
    files("unlimited");
    assertEquals(-1, ProcessReading.take(folder, Runtime.getRuntime()).maxDescriptors());
  }

  @Test
  void aFileWithoutAFigureIsAnError() throws IOException {
    files("1024");
    Files.writeString(folder.resolve("status"), "Name:\tjava\n");
    assertThrows(IOException.class, () -> ProcessReading.take(folder, Runtime.getRuntime()));
  }

  @Test
  void thisProcessCanBeRead() throws IOException {
    ProcessReading reading = ProcessReading.take();
    assertTrue(reading.residentBytes() > 1 << 20, reading::toString);
    assertTrue(reading.heapUsed() <= reading.heapCommitted(), reading::toString);
    assertTrue(reading.descriptors() < reading.maxDescriptors(), reading::toString);
  }
}
