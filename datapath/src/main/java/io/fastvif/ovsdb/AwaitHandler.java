package io.fastvif.ovsdb;

/** Told of the end of an {@link OvsdbClient#await}, on the client's thread: it must not block. */
public interface AwaitHandler {

  /**
   * Called exactly once.
   *
   * @param met whether the condition was met; false if the time limit passed before
   */
  void awaited(boolean met);
}
