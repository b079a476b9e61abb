package io.fastvif.plan;

import java.util.function.IntConsumer;

/**
 * Some links by a key, and by index where keys are equal. Never changes: a change makes another
 * one, which shares with it all but the way to what was changed, some twenty nodes of a thousand.
 *
 * <p>It is a treap: a search tree by key in which no node has a child of a higher priority. As a
 * node's priority is made of its index, a tree's shape depends on what is in it alone, and is
 * balanced whatever the order in which that came. None, the empty one, is null.
 */
final class LinkOrder {
  private final long key;
  private final int index;
  private final LinkOrder lower;
  private final LinkOrder higher;

  private LinkOrder(long key, int index, LinkOrder lower, LinkOrder higher) {
    this.key = key;
    this.index = index;
    this.lower = lower;
    this.higher = higher;
  }

  /** The lowest key. */
  long lowest() {
    LinkOrder node = this;
    while (node.lower != null) {
      node = node.lower;
    }
    return node.key;
  }

  /** Gives every index, by key. */
  void each(IntConsumer consumer) {
    for (LinkOrder node = this; node != null; node = node.higher) {
      if (node.lower != null) {
        node.lower.each(consumer);
      }
      consumer.accept(node.index);
    }
  }

  /** The same with a link, which may be in it already. */
  static LinkOrder with(LinkOrder order, long key, int index) {
    if (order == null || isAbove(index, order.index)) {
      return new LinkOrder(
          key, index, below(order, key, index), from(order, key, index)); // it is not in there
    }
    int way = order.compare(key, index);
    if (way == 0) {
      return order;
    }
    return way < 0
        ? order.withLower(with(order.lower, key, index))
        : order.withHigher(with(order.higher, key, index));
  }

  /** The same without a link, which need not be in it; null if there was no other. */
  static LinkOrder without(LinkOrder order, long key, int index) {
    if (order == null) {
      return null;
    }
    int way = order.compare(key, index);
    if (way == 0) {
      return joined(order.lower, order.higher);
    }
    return way < 0
        ? order.withLower(without(order.lower, key, index))
        : order.withHigher(without(order.higher, key, index));
  }

  /** What comes before that. */
  private static LinkOrder below(LinkOrder order, long key, int index) {
    if (order == null) {
      return null;
    }
    return order.compare(key, index) <= 0
        ? below(order.lower, key, index)
        : order.withHigher(below(order.higher, key, index));
  }

  /** What comes after that. */
  private static LinkOrder from(LinkOrder order, long key, int index) {
    if (order == null) {
      return null;
    }
    return order.compare(key, index) <= 0
        ? order.withLower(from(order.lower, key, index))
        : from(order.higher, key, index);
  }

  /** Two of which all of one comes before all of the other. */
  private static LinkOrder joined(LinkOrder lower, LinkOrder higher) {
    if (lower == null || higher == null) {
      return lower == null ? higher : lower;
    }
    return isAbove(lower.index, higher.index)
        ? lower.withHigher(joined(lower.higher, higher))
        : higher.withLower(joined(lower, higher.lower));
  }

  private LinkOrder withLower(LinkOrder other) {
    return other == lower ? this : new LinkOrder(key, index, other, higher);
  }

  private LinkOrder withHigher(LinkOrder other) {
    return other == higher ? this : new LinkOrder(key, index, lower, other);
  }

  /** Below 0 for what comes before this node. */
  private int compare(long otherKey, int otherIndex) {
    return otherKey == key ? Integer.compare(otherIndex, index) : Long.compare(otherKey, key);
  }

  private static boolean isAbove(int index, int other) {
    return priority(index) > priority(other);
  }

  /** Of another index it is another one: each step can be undone (MurmurHash3's last steps). */
  private static int priority(int index) {
    int mixed = index;
    mixed = (mixed ^ (mixed >>> 16)) * 0x85ebca6b;
    mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
    return mixed ^ (mixed >>> 16);
  }
}
