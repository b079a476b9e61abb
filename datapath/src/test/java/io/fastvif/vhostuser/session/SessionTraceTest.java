package io.fastvif.vhostuser.session;

import static io.fastvif.bindings.linux.linux_h.VIRTIO_F_VERSION_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.testing.Await;
import io.fastvif.testing.LogLines;
import io.fastvif.trace.TracedExchange;
import io.fastvif.trace.Tracing;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolFeature;
import io.fastvif.vhostuser.protocol.RingAddresses;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a trace says of vhost-user's messages, on both sides. */
class SessionTraceTest {
  @TempDir Path directory;

  private final List<TracedExchange> backendSaw = new CopyOnWriteArrayList<>();
  private final List<TracedExchange> frontendSaw = new CopyOnWriteArrayList<>();

  private static String line(TracedExchange exchange) {
    return exchange.protocol() + " " + exchange.request() + " = " + exchange.answer();
  }

  @SuppressWarnings("try") // it ends with the block
  @Test
  void requestsAreShownWithTheirAnswersOnBothSides() throws Exception {
    String path = directory.resolve("s").toString();
    TestBackend backend;
    try (Tracing.Scope scope = Tracing.begin(backendSaw::add)) {
      backend = TestBackend.listen(path, 3);
    }
    try (TestBackend served = backend;
        Tracing.Scope scope = Tracing.begin(frontendSaw::add);
        VhostUserFrontend frontend = VhostUserFrontend.connect(path, 120_000)) {
      frontend.getFeatures();
      frontend.setProtocolFeatures(
          ProtocolFeature.bits(ProtocolFeature.REPLY_ACK, ProtocolFeature.MQ));
      frontend.setFeatures(1L << VIRTIO_F_VERSION_1 | 1L << DeviceFeature.PROTOCOL_FEATURES);
      assertEquals(3, frontend.getQueueNum());
      frontend.setSize(1, 256);
      frontend.setAddresses(new RingAddresses(1, 0, 0x1000, 0x3000, 0x2000, 0));
      assertThrows(ProtocolException.class, () -> frontend.setSize(60, 256));
      Await.until("the session has ended", () -> backendSaw.size() >= 7);
    }
    assertEquals(
        List.of(
            "vhost-user GET_FEATURES = PROTOCOL_FEATURES|VERSION_1",
            "vhost-user SET_PROTOCOL_FEATURES MQ|REPLY_ACK = (no answer asked for)",
            "vhost-user SET_FEATURES PROTOCOL_FEATURES|VERSION_1 = ack",
            "vhost-user GET_QUEUE_NUM = 3",
            "vhost-user SET_VRING_NUM ring 1 256 descriptors = ack",
            "vhost-user SET_VRING_ADDR ring 1 descriptors 0x1000 available 0x2000 used 0x3000"
                + " = ack"),
        frontendSaw.stream().map(SessionTraceTest::line).limit(6).toList());
    assertEquals(
        frontendSaw.stream().map(SessionTraceTest::line).limit(6).toList(),
        backendSaw.stream().map(SessionTraceTest::line).limit(6).toList());
    TracedExchange refused = backendSaw.get(6);
    assertTrue(refused.failed());
    assertTrue(
        line(refused).startsWith("vhost-user SET_VRING_NUM ring 60 256 descriptors = SET_VRING"),
        line(refused));
  }

  @Test
  void aFaultThatComesAgainAndAgainIsLoggedOnce() throws Exception {
    String path = directory.resolve("s").toString();
    try (LogLines log = new LogLines("io.fastvif.vhostuser.session");
        TestBackend backend = TestBackend.listen(path, 3)) {
      for (int i = 1; i <= 3; i++) {
        int failed = i;
        try (VhostUserFrontend probe = VhostUserFrontend.connect(path, 120_000)) {
          probe.setProtocolFeatures(ProtocolFeature.bits(ProtocolFeature.CONFIG)); // not offered
        }
        Await.until("the session has ended", () -> backend.endedSessions() == failed);
      }
      assertEquals(1, log.lines().size(), () -> log.lines().toString());
      assertTrue(
          log.lines().getFirst().startsWith("WARNING a vhost-user connection has failed: SET_"),
          () -> log.lines().toString());
    }
  }
}
