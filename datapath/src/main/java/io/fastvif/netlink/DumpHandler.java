package io.fastvif.netlink;

/** Takes the messages of a dump. */
public interface DumpHandler {
  /**
   * A dump begins. Called again when it begins anew because objects changed meanwhile: forget what
   * was given before.
   */
  default void onBegin() {}

  /**
   * One object.
   *
   * @param message valid during the call only
   */
  void onMessage(MessageDecoder message);
}
