package io.fastvif.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.fastpath.PortReport;
import io.fastvif.forward.DropReason;
import io.fastvif.plan.ServedPort;
import io.fastvif.plan.SocketAccess;
import io.fastvif.vif.VhostUserMode;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PortTableTest {
  private static final long SECOND = 1_000_000_000L;

  private static PortReport report(long fromGuest, long toGuest, long drops) {
    SocketAccess access = new SocketAccess(OptionalInt.empty(), OptionalInt.empty(), 0660);
    return new PortReport(
        new ServedPort("id", "vhu1", "/run/vhu1", VhostUserMode.CLIENT, access, 1500, 1, "vhu1"),
        true,
        2,
        "ring 0: why",
        new PortReport.Direction(
            fromGuest,
            100 * fromGuest,
            drops == 0 ? Map.of() : Map.of(DropReason.NO_BUFFERS, drops)),
        new PortReport.Direction(toGuest, 1000 * toGuest, Map.of()));
  }

  private static String squeezed(String line) {
    return line.strip().replaceAll(" {2,}", "|");
  }

  @Test
  void showsRatesBetweenTwoLooks() {
    PortTable table = new PortTable(0);
    assertEquals(
        "vhu1|connected|100/s 0.08 Mbit/s|10/s 0.08 Mbit/s|0|ring 0: why",
        squeezed(table.lines(List.of(report(100, 10, 0)), SECOND).getLast()));
    assertEquals(
        List.of(
            "PORT|STATE|FROM GUEST|TO GUEST|DROPPED|NOTE",
            "vhu1|connected|50/s 0.04 Mbit/s|0/s 0.00 Mbit/s|7|ring 0: why"),
        table.lines(List.of(report(200, 10, 7)), 3 * SECOND).stream()
            .map(PortTableTest::squeezed)
            .toList());
  }

  @Test
  void aPortThatWasOpenedAnewCountsFromNothing() {
    PortTable table = new PortTable(0);
    table.lines(List.of(report(1000, 10, 0)), SECOND);
    assertEquals(
        "vhu1|connected|30/s 0.02 Mbit/s|0/s 0.00 Mbit/s|0|ring 0: why",
        squeezed(table.lines(List.of(report(30, 0, 0)), 2 * SECOND).getLast()));
  }

  @Test
  void printsALineOfJson() {
    PortTable table = new PortTable(0);
    assertEquals(
        "{\"seconds\":2.0,\"ports\":[{\"id\":\"id\",\"name\":\"vhu1\",\"path\":\"/run/vhu1\","
            + "\"connected\":true,\"connections\":2,\"problem\":\"ring 0: why\","
            + "\"from_guest\":{\"frames\":4,\"bytes\":400,\"frames_per_second\":2,"
            + "\"bits_per_second\":1600,\"drops\":{\"no_buffers\":3}},"
            + "\"to_guest\":{\"frames\":1,\"bytes\":1000,\"frames_per_second\":1,"
            + "\"bits_per_second\":4000,\"drops\":{}}}]}",
        table.json(List.of(report(4, 1, 3)), 2 * SECOND));
    assertEquals("{\"seconds\":1.0,\"ports\":[]}", table.json(List.of(), 3 * SECOND));
  }
}
