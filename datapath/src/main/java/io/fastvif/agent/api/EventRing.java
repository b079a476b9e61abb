package io.fastvif.agent.api;

import io.fastvif.agent.AgentEvent;
import io.fastvif.agent.VifKeeper;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The last events, for readers who come later or are slow: a reader is a number, and costs nothing
 * however slow it is. Any thread may use it.
 */
final class EventRing implements AutoCloseable {
  private final AgentEvent[] events;
  private final VifKeeper.Subscription subscription;
  private final List<Runnable> readers = new ArrayList<>();
  private long first;
  private long last;

  /**
   * Begins to keep events.
   *
   * @param source tells of them, from now on
   * @param size how many
   */
  EventRing(Function<Consumer<AgentEvent>, VifKeeper.Subscription> source, int size) {
    events = new AgentEvent[size];
    subscription = source.apply(this::add);
  }

  private void add(AgentEvent event) {
    List<Runnable> told;
    synchronized (this) {
      last = event.number();
      first = first == 0 ? last : Math.max(first, last - events.length + 1);
      events[index(last)] = event;
      told = List.copyOf(readers);
    }
    told.forEach(Runnable::run);
  }

  private int index(long number) {
    return (int) (number % events.length);
  }

  /** Has something run with each event; it must not block. */
  synchronized void listen(Runnable reader) {
    readers.add(reader);
  }

  /** Has it run no more. */
  synchronized void leave(Runnable reader) {
    readers.remove(reader);
  }

  /** The number of the last event; 0 if there was none. */
  synchronized long last() {
    return last;
  }

  /** The number of the first event that is still kept, or would be. */
  synchronized long first() {
    return first == 0 ? 1 : first;
  }

  /** An event that is kept; null if there is none of that number yet, or no more. */
  synchronized AgentEvent get(long number) {
    return first == 0 || number < first || number > last ? null : events[index(number)];
  }

  @Override
  public void close() {
    subscription.close();
  }
}
