package io.fastvif.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.benchmarks.Root;
import io.fastvif.benchmarks.process.TimeLimitException;
import io.fastvif.netns.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Talking to processes that answer, fail, or say nothing. */
class ConversationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @BeforeEach
  void root() {
    Root.require();
  }

  private Conversation talk(Netns namespace, String script, Duration limit) {
    return new Conversation(
        namespace, List.of("sh", "-c", script), folder.resolve("errors"), limit);
  }

  @Test
  void answersAreRead() throws IOException {
    String echo = "while read -r line; do echo \"{\\\"nanos\\\":[${#line}, 7]}\"; done";
    try (Netns namespace = Netns.createPrivate();
        Conversation peer = talk(namespace, echo, PATIENCE)) {
      assertEquals("plug 0 10".length(), peer.plug(0, 10));
      assertEquals("unplug 3 4".length(), peer.unplug(3, 4));
      assertArrayEquals(new long[] {"latency 0 2 5000".length(), 7}, peer.latencies(0, 2, 5000));
    }
  }

  @Test
  void theLastErrorIsTheReason() throws IOException {
    String dying = "read -r line; echo before >&2; echo 'no such link' >&2";
    try (Netns namespace = Netns.createPrivate();
        Conversation peer = talk(namespace, dying, PATIENCE)) {
      IOException reason = assertThrows(IOException.class, () -> peer.plug(0, 1));
      assertEquals("plug 0 1: the process ended: no such link", reason.getMessage());
    }
  }

  @Test
  void silenceEndsWithTheLimit() {
    try (Netns namespace = Netns.createPrivate();
        Conversation peer = talk(namespace, "exec sleep 1000", Duration.ofMillis(50))) {
      long start = System.nanoTime();
      assertThrows(TimeLimitException.class, () -> peer.plug(0, 1));
      assertTrue(System.nanoTime() - start < PATIENCE.toNanos());
    }
  }

  @Test
  void whatIsNoAnswerIsAnError() {
    assertThrows(IOException.class, () -> Conversation.nanos("{}"));
    assertThrows(IOException.class, () -> Conversation.nanos("Traceback"));
  }
}
