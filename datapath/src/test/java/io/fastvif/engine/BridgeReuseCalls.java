package io.fastvif.engine;

import static io.fastvif.bindings.linux.arch_h.__NR_sendmsg;

import io.fastvif.bindings.fault.SystemCallFaults;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Plugs with a bridge that was kept, without a monitor and with one, in a process of its own, and
 * prints how often the engine's thread asked the kernel each time.
 */
final class BridgeReuseCalls {
  static final String SENDS = "sends ";

  private BridgeReuseCalls() {}

  private static int sends(PlugEngine engine) throws Exception {
    int index = KeptBridgesKernelTest.plugged(engine, "1");
    KeptBridgesKernelTest.unplugged(engine, "1");
    AtomicInteger sends = new AtomicInteger();
    SystemCallFaults.install(
        (number, first, second) -> {
          boolean isEngine = Thread.currentThread().getName().startsWith("fastvif-engine");
          if (number == __NR_sendmsg && isEngine) {
            sends.incrementAndGet();
          }
          return 0;
        });
    int next = KeptBridgesKernelTest.plugged(engine, "1");
    SystemCallFaults.remove();
    KeptBridgesKernelTest.unplugged(engine, "1");
    if (next != index) {
      throw new AssertionError("another bridge: link " + next + ", not " + index);
    }
    return sends.get();
  }

  public static void main(String[] none) throws Exception {
    for (PlugEngineBuilder builder :
        List.of(PlugEngine.builder(), PlugEngine.builder().monitorHost())) {
      try (PlugEngine engine = builder.keptBridges(KeptBridgesKernelTest.KEPT).build().start()) {
        System.out.println(SENDS + sends(engine));
      }
    }
  }
}
