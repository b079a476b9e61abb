package io.fastvif.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceLinesTest {
  private final StringBuilder out = new StringBuilder();
  private final TraceLines lines = new TraceLines(out, 1_000);

  private static TracedExchange exchange(String request, String answer, int together) {
    return new TracedExchange(
        Protocol.NETLINK, 1_234_568_000L, 41_999, together, null, null, request, answer, false);
  }

  @Test
  void aLineHasTimeRequestAnswerAndMicroseconds() {
    lines.traced(exchange("RTM_DELLINK index=3", "ack", 1));
    assertEquals("  1.234567 netlink RTM_DELLINK index=3 = ack <41 us>\n", out.toString());
  }

  @Test
  void aLineNamesTheVifAndTheNamespaceThatAreKnown() {
    lines.in("tenant").traced(exchange("a", "b", 8));
    lines.in("tenant").forVif("4d2e").traced(exchange("a", "b", 1));
    lines.forVif("4d2e").traced(exchange("a", "b", 1));
    assertEquals(
        List.of(
            "  1.234567 [in tenant] netlink a = b <41 us for 8>",
            "  1.234567 [4d2e in tenant] netlink a = b <41 us>",
            "  1.234567 [4d2e] netlink a = b <41 us>"),
        out.toString().lines().toList());
  }

  @Test
  void nothingEndsALineBeforeItsEnd() {
    lines.traced(exchange("IFALIAS=\"a\nb\u001b[2J\"", "x".repeat(5000), 1));
    assertEquals(1, out.toString().lines().count());
    assertEquals(
        "  1.234567 netlink IFALIAS=\"a\\u000ab\\u001b[2J\" = "
            + "x".repeat(4096)
            + "… (904 more) <41 us>\n",
        out.toString());
  }

  @Test
  void oneThatCannotBeWrittenIsPassedOver() {
    Appendable full =
        new Appendable() {
          @Override
          public Appendable append(CharSequence text) throws IOException {
            throw new IOException("full");
          }

          @Override
          public Appendable append(CharSequence text, int start, int end) throws IOException {
            throw new IOException("full");
          }

          @Override
          public Appendable append(char c) throws IOException {
            throw new IOException("full");
          }
        };
    new TraceLines(full).traced(exchange("a", "b", 1));
  }

  @SuppressWarnings("try") // it ends with the block
  @Test
  void aThreadHasItsTracerForAsLongAsItIsTold() throws Exception {
    List<Tracer> seen = new ArrayList<>();
    assertNull(Tracing.current());
    Runnable untraced = () -> seen.add(Tracing.current());
    assertSame(untraced, Tracing.carried(untraced), "nothing is wrapped where nobody traces");
    Runnable carried;
    try (Tracing.Scope scope = Tracing.begin(lines)) {
      assertSame(lines, Tracing.current());
      carried = Tracing.carried(untraced);
      try (Tracing.Scope vif = Tracing.forVif("4d2e")) {
        Tracing.current().traced(exchange("a", "b", 1));
      }
      assertSame(lines, Tracing.current());
    }
    assertNull(Tracing.current());
    Thread other = new Thread(carried);
    other.start();
    other.join();
    assertEquals(List.of(lines), seen);
    assertEquals("  1.234567 [4d2e] netlink a = b <41 us>\n", out.toString());
  }
}
