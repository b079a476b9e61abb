package io.fastvif.engine.side;

/** Does one piece of work whenever it is asked to, on another thread than the engine's. */
public interface Worker extends AutoCloseable {
  /** Has the work done once; what was asked for before must have ended. */
  void begin();

  /** Ends what is the worker's own, after the work that is under way. */
  @Override
  void close();
}
