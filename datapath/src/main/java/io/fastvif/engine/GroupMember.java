package io.fastvif.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** An engine as its group runs it. */
final class GroupMember {
  private static final VarHandle QUEUED;

  static {
    try {
      QUEUED = MethodHandles.lookup().findVarHandle(GroupMember.class, "queued", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private final PlugEngine engine;
  private final GroupThread thread;

  /** Whether it does not count as one of its thread's any more; guarded by the group. */
  boolean hasLeft;

  @SuppressWarnings("unused") // by its handle
  private boolean queued;

  GroupMember(PlugEngine engine, GroupThread thread) {
    this.engine = engine;
    this.thread = thread;
  }

  GroupThread thread() {
    return thread;
  }

  PlugEngine engine() {
    return engine;
  }

  /** Has the engine run, once for any number of calls. After the work has become visible. */
  void wake() {
    // An offer ends in a release store, which this load may overtake: see ParkWhenIdle.
    VarHandle.fullFence();
    if (!(boolean) QUEUED.getOpaque(this) && QUEUED.compareAndSet(this, false, true)) {
      thread.enqueue(this);
    }
  }

  /** The group's thread: a round of the engine. */
  void turn() {
    QUEUED.setVolatile(this, false);
    VarHandle.fullFence(); // who finds it queued counts on its work being seen from here on
    if (engine.turn()) {
      wake();
    }
  }
}
