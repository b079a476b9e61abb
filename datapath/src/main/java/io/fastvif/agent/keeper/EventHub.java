package io.fastvif.agent.keeper;

import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.VifKeeper;
import io.fastvif.trace.Log;
import java.time.Instant;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Numbers events and tells whoever wants to know of them, in order. */
final class EventHub {
  private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
  private long last;

  /** One subscription: two of the same consumer are two. */
  private record Listener(Consumer<AgentEvent> told, Object identity) {
    Listener(Consumer<AgentEvent> told) {
      this(told, new Object());
    }
  }

  /** Tells of an event; those that throw are told of the next one again. */
  synchronized void publish(AgentEvent.Kind kind, String vifId, String detail) {
    AgentEvent event = new AgentEvent(++last, Instant.now(), kind, vifId, detail);
    for (Listener listener : listeners) {
      try {
        listener.told.accept(event);
      } catch (RuntimeException | Error thrown) {
        Log.warning(EventHub.class, "who listens to events has thrown: " + thrown, thrown);
      }
    }
  }

  VifKeeper.Subscription subscribe(Consumer<AgentEvent> told) {
    Listener listener = new Listener(told);
    synchronized (this) { // between two events
      listeners.add(listener);
    }
    return () -> listeners.remove(listener);
  }
}
