package io.fastvif.engine.kernel;

import java.util.Arrays;

/**
 * The links that the messages of one round are about. Written as they are encoded; without
 * allocation once it has grown.
 */
public final class RoundChanges {
  private static final int INITIAL_LINKS = 16;

  private int[] links = new int[INITIAL_LINKS];
  private int[] addressed = new int[INITIAL_LINKS];
  private int linkCount;
  private int addressedCount;

  /** Told of a round's links. */
  public interface Receiver {
    /** A message sets the link of that index. */
    void linkSet(int index);

    /** A message adds or deletes an address of the link of that index. */
    void addressesChanged(int index);
  }

  /** Forgets them, for the next round. */
  public void clear() {
    linkCount = 0;
    addressedCount = 0;
  }

  void addLink(int index) {
    if (linkCount == links.length) {
      links = Arrays.copyOf(links, 2 * linkCount);
    }
    links[linkCount++] = index;
  }

  void addAddressed(int index) {
    if (addressedCount == addressed.length) {
      addressed = Arrays.copyOf(addressed, 2 * addressedCount);
    }
    addressed[addressedCount++] = index;
  }

  /** Tells of all. */
  public void tell(Receiver receiver) {
    for (int i = 0; i < linkCount; i++) {
      receiver.linkSet(links[i]);
    }
    for (int i = 0; i < addressedCount; i++) {
      receiver.addressesChanged(addressed[i]);
    }
  }
}
