package io.fastvif.engine.kernel;

/**
 * What is asked about bridges that are kept for the next plug. Used by the engine's thread alone.
 */
public interface BridgeQuestions {
  /** Of no kernel: no bridge is like another, and nobody keeps any. */
  BridgeQuestions NONE =
      new BridgeQuestions() {
        @Override
        public byte[] settings(int index) {
          return null;
        }

        @Override
        public String difference(int index, byte[] asNew, String alias, boolean isWithoutUsers) {
          return "there is no kernel";
        }

        @Override
        public String keeper() {
          return "none";
        }

        @Override
        public boolean isAlive(String keeper) {
          return false;
        }
      };

  /** What is set of a bridge, to compare others with; null if it is gone. */
  byte[] settings(int index);

  /**
   * In what a bridge that is not in use differs from one that was just made, in words; null if in
   * nothing.
   *
   * @param asNew what is set of a new one
   * @param alias the alias that it must have
   * @param isWithoutUsers whether it is known that no link is a port of it, or lies on it; where it
   *     is not, all links are read
   */
  String difference(int index, byte[] asNew, String alias, boolean isWithoutUsers);

  /** A name of this engine that no other of its namespace has, now or later. */
  String keeper();

  /** Whether the engine of that name may be there still. */
  boolean isAlive(String keeper);
}
