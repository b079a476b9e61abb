package io.fastvif.engine;

/** Where the life of an engine stands. */
enum EnginePhase {
  /** Neither started nor closed. */
  NEW,

  /** Was started, and may have ended since. */
  BEGUN,

  /** Was closed before it was started. */
  CLOSED
}
