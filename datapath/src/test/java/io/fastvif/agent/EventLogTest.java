package io.fastvif.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.agent.AgentEvent.Kind;
import io.fastvif.testing.LogLines;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private final EventLog log = new EventLog();

  private void happens(Kind kind, String vifId, String detail) {
    log.log(new AgentEvent(1, Instant.EPOCH, kind, vifId, detail));
  }

  @Test
  void saysWhatFailsOnceForEachReasonAndWhenItHasEnded() {
    try (LogLines lines = new LogLines("io.fastvif.agent")) {
      happens(Kind.REPAIR_FAILED, "a", "no such bridge");
      happens(Kind.REPAIR_FAILED, "a", "no such bridge");
      happens(Kind.REPAIR_FAILED, "b", "no such bridge");
      happens(Kind.REPAIR_FAILED, "a", "no memory");
      happens(Kind.REPAIRED, "a", "tap1");
      happens(Kind.REPAIRED, "a", "tap1");
      happens(Kind.FAILED, "a", "VIF a: no memory");
      happens(Kind.UNPLUGGED, "a", "");
      assertEquals(
          List.of(
              "WARNING VIF a cannot be repaired: no such bridge",
              "WARNING VIF b cannot be repaired: no such bridge",
              "WARNING VIF a cannot be repaired: no memory",
              "INFO VIF a is as declared now",
              "WARNING VIF a is not as it was asked for: no memory",
              "INFO VIF a is unplugged now"),
          lines.lines());
    }
  }

  @Test
  void saysNothingOfWhatGoesAsAskedForAndOfGuests() {
    try (LogLines lines = new LogLines("io.fastvif.agent")) {
      happens(Kind.PLUGGED, "a", "tap1");
      happens(Kind.PORT_UP, "a", "socket");
      happens(Kind.PORT_DOWN, "a", "socket");
      happens(Kind.UNPLUGGED, "a", "");
      assertEquals(List.of(), lines.lines());
    }
  }

  @Test
  void saysWhatSomebodyHasDoneByHandAndThatItIsRepaired() {
    try (LogLines lines = new LogLines("io.fastvif.agent")) {
      happens(Kind.DRIFTED, "a", "tap1 is not there");
      happens(Kind.REPAIRED, "a", "tap1");
      assertEquals(
          List.of(
              "WARNING VIF a is not as declared: tap1 is not there",
              "INFO VIF a is as declared now"),
          lines.lines());
    }
  }
}
