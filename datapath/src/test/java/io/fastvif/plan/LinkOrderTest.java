package io.fastvif.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinkOrderTest {
  private static final int INDEXES = 300;

  private record Element(long key, int index) {}

  private static NavigableSet<Element> model() {
    return new TreeSet<>(Comparator.comparingLong(Element::key).thenComparingInt(Element::index));
  }

  private static List<Integer> indexes(LinkOrder order) {
    List<Integer> all = new ArrayList<>();
    if (order != null) {
      order.each(all::add);
    }
    return all;
  }

  @Test
  void changesAreThoseOfASortedSetAndLeaveEarlierOnesAlone() {
    Random random = new Random(1);
    NavigableSet<Element> model = model();
    LinkOrder order = null;
    List<LinkOrder> earlier = new ArrayList<>();
    List<List<Integer>> expected = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      Element element = new Element(random.nextInt(9), 1 + random.nextInt(INDEXES));
      if (random.nextInt(5) < 2 + i / 10_000) {
        model.remove(element);
        order = LinkOrder.without(order, element.key, element.index);
      } else {
        model.add(element);
        order = LinkOrder.with(order, element.key, element.index);
      }
      if (!model.isEmpty()) {
        assertEquals(model.first().key, order.lowest());
      }
      if (i % 500 == 0) {
        earlier.add(order);
        expected.add(model.stream().map(Element::index).toList());
      }
    }
    for (int i = 0; i < earlier.size(); i++) {
      assertEquals(expected.get(i), indexes(earlier.get(i)));
    }
  }

  @Test
  void whatIsThereOrMissingAlreadyChangesNothing() {
    LinkOrder order = LinkOrder.with(LinkOrder.with(null, 5, 1), 5, 2);
    assertSame(order, LinkOrder.with(order, 5, 1));
    assertSame(order, LinkOrder.without(order, 4, 1));
    assertNull(LinkOrder.without(LinkOrder.without(order, 5, 1), 5, 2));
  }

  /** As the kernel gives indexes: of a tree as deep as a list, no stack would hold the levels. */
  @Test
  void manyInTheirOrderAreNotDeep() {
    LinkOrder order = null;
    for (int index = 1; index <= 100_000; index++) {
      order = LinkOrder.with(order, index, index);
    }
    assertEquals(IntStream.rangeClosed(1, 100_000).boxed().toList(), indexes(order));
  }
}
