package io.fastvif.agent.keeper;

import io.fastvif.agent.AgentEvent;
import io.fastvif.engine.GuestListener;
import io.fastvif.plan.ServedPort;

/** Makes events of the guests that come and go. */
record GuestEvents(EventHub events) implements GuestListener {
  @Override
  public void connected(ServedPort port) {
    events.publish(AgentEvent.Kind.PORT_UP, port.vifId(), port.path());
  }

  @Override
  public void left(ServedPort port, String reason) {
    events.publish(AgentEvent.Kind.PORT_DOWN, port.vifId(), port.path() + ": " + reason);
  }
}
