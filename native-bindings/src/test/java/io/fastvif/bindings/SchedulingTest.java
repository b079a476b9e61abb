package io.fastvif.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SchedulingTest {
  @Test
  void aThreadStaysOnItsProcessor() throws InterruptedException {
    AtomicInteger result = new AtomicInteger(-1);
    AtomicReference<String> allowed = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              result.set(Scheduling.setAffinity(0));
              allowed.set(FileIo.readText("/proc/thread-self/status"));
            });
    thread.start();
    thread.join();
    assertEquals(0, result.get());
    String line =
        allowed.get().lines().filter(l -> l.startsWith("Cpus_allowed_list:")).findFirst().get();
    assertEquals("0", line.substring(line.indexOf(':') + 1).strip());
  }

  @Test
  void aProcessorThatIsNotThereIsRefused() {
    assertEquals(-Errno.EINVAL, Scheduling.setAffinity(1023));
    assertEquals(-Errno.EINVAL, Scheduling.setAffinity(-1));
    assertEquals(-Errno.EINVAL, Scheduling.setAffinity(1024));
  }
}
