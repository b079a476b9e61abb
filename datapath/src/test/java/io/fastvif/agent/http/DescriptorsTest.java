package io.fastvif.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import io.fastvif.testing.AllDescriptors;
import io.fastvif.testing.Await;
import io.fastvif.testing.FaultyProcess;
import io.fastvif.trace.Log;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose process has no descriptor left. */
class DescriptorsTest {
  @TempDir Path folder;

  @Test
  void whoIsConnectedIsAnsweredAndOthersWait() throws Exception {
    String said = FaultyProcess.runWithDescriptors(256, Serving.class, folder.toString());
    assertTrue(said.contains("served"), said);
    assertEquals(
        1, said.lines().filter(line -> line.contains("takes no connection")).count(), said);
  }

  /** Runs in a child. */
  static final class Serving {
    public static void main(String[] arguments) throws Exception {
      try (HttpLab lab = new HttpLab(Path.of(arguments[0]), HttpOptions.byDefault());
          UnixHttp connected = lab.connect();
          UnixHttp waiting = lab.prepare()) {
        connected.selector();
        waiting.selector();
        assertEquals(200, lab.status());
        // without a descriptor, classes that are in folders cannot be loaded
        Log.warning(HttpServer.class, "the first line");
        assertTrue(cpu() > 0 && lab.server.statistics().accepted() > 0);
        assertEquals(200, connected.ask("GET", "/small", "").status());
        Await.Condition quiet = () -> cpuWhileAnswering(connected) < 0.5;
        Await.until("it answers", () -> cpuWhileAnswering(connected) >= 0);
        AllDescriptors all = AllDescriptors.take();
        try {
          lab.connect(waiting);
          waiting.send(UnixHttp.request("GET", "/small", ""));
          // once what was begun, such as compiling, has ended.
          Await.until("it does not spin", quiet);
          assertEquals(2, lab.server.statistics().accepted());
        } finally {
          all.close();
        }
        assertEquals(200, waiting.answer().status());
        System.out.println("served");
      }
    }

    /** The processors that are busy while a hundred requests are answered, one after the other. */
    private static double cpuWhileAnswering(UnixHttp connected) throws IOException {
      long start = System.nanoTime();
      long cpu = cpu();
      for (int i = 0; i < 100; i++) {
        assertEquals(200, connected.ask("GET", "/small", "").status());
        LockSupport.parkNanos(10_000_000);
      }
      return (double) (cpu() - cpu) / (System.nanoTime() - start);
    }

    private static long cpu() {
      return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
          .getProcessCpuTime();
    }
  }
}
