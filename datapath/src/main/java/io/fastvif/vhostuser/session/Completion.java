package io.fastvif.vhostuser.session;

/** Called when a change that was asked for is in effect: once, by any thread, at once or later. */
@FunctionalInterface
public interface Completion {

  /** The change is in effect. Returns at once and throws nothing. */
  void done();
}
