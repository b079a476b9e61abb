package io.fastvif.agent;

import io.fastvif.trace.Log;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Logs what an administrator wants to know of VIFs: what fails, where the host is not as declared,
 * and when that has ended. What fails again for the same reason, as each retry does, is said once.
 */
final class EventLog {
  /** Of as many VIFs it is known what was said last: callers may ask for any number. */
  private static final int MAX_VIFS = 1024;

  private final Map<String, String> said =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MAX_VIFS;
        }
      };

  /** Takes the agent's next event. */
  synchronized void log(AgentEvent event) {
    switch (event.kind()) {
      case FAILED -> wrong(event, "is not as it was asked for: ");
      case REPAIR_FAILED -> wrong(event, "cannot be repaired: ");
      case DRIFTED -> wrong(event, "is not as declared: ");
      case REPAIRED, PLUGGED, UNPLUGGED -> right(event);
      case PORT_UP, PORT_DOWN -> {
        // guests come and go
      }
    }
  }

  private void wrong(AgentEvent event, String what) {
    String vif = "VIF " + event.vifId();
    String reason = event.detail();
    if (reason.startsWith(vif + ": ")) { // as the results of operations do
      reason = reason.substring(vif.length() + 2);
    }
    String words = what + reason;
    if (!words.equals(said.put(event.vifId(), words))) {
      Log.warning(EventLog.class, vif + " " + words);
    }
  }

  private void right(AgentEvent event) {
    if (said.remove(event.vifId()) != null) {
      String how = event.kind() == AgentEvent.Kind.UNPLUGGED ? " is unplugged" : " is as declared";
      Log.info(EventLog.class, "VIF " + event.vifId() + how + " now");
    }
  }
}
