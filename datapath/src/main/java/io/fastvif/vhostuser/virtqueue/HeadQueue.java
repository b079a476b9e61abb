package io.fastvif.vhostuser.virtqueue;

import java.util.Arrays;

/** Numbers below a ring's size in the order in which they came. Bounded by that size. */
final class HeadQueue {
  private final int[] heads;
  private int first;
  private int count;

  HeadQueue(int size) {
    heads = new int[size];
  }

  int count() {
    return count;
  }

  /** The i-th from the first. */
  int get(int i) {
    return heads[(first + i) % heads.length];
  }

  /** Adds one at the end; false if it is full. */
  boolean add(int head) {
    if (count == heads.length) {
      return false;
    }
    heads[(first + count) % heads.length] = head;
    count++;
    return true;
  }

  /** Removes the first ones. */
  void remove(int n) {
    int removed = Math.min(n, count);
    first = (first + removed) % heads.length;
    count -= removed;
  }

  @Override
  public String toString() {
    return Arrays.toString(heads) + " from " + first + ", " + count;
  }
}
