package io.fastvif.engine.side;

import io.fastvif.netns.NetnsStay;

/** The threads that an engine has beside its own: these are its alone, or those of its group. */
public interface HelperThreads extends AutoCloseable {
  /**
   * A worker, on a thread that is made now or when it has to do something.
   *
   * @param role what it is for, in the thread's name
   */
  Worker worker(String role, Runnable work);

  /** Has a slow step done, exactly once unless this throws, when one of a few threads is free. */
  void slow(Runnable step);

  /**
   * Has something looked at after that time, exactly once unless this throws. No slow step holds it
   * up, and it waits for nothing itself.
   */
  void look(Runnable look, long nanos);

  /**
   * Moves a thread of these into the engine's namespace until the stay is closed.
   *
   * @return null if they are there always
   */
  NetnsStay enter();

  /** Whether they work for other engines too, so that what is open for them is to be closed. */
  boolean areShared();

  /** Ends those that are this engine's alone; nothing may be under way. */
  @Override
  void close();
}
