package io.fastvif.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * A bounded lock-free queue of any number of producers and one consumer, without allocation. It is
 * agrona's ManyToOneConcurrentArrayQueue on VarHandles: that one needs {@code
 * --add-opens=java.base/jdk.internal.misc}, which nobody who only links a library should have to
 * pass to the JVM.
 *
 * <p>A producer claims a place by moving the tail and fills it afterwards; the consumer takes a
 * place only when it is filled, so one that lost its processor in between holds up those behind it,
 * and nothing else.
 */
final class ManyToOneQueue<E> extends BehindHead {
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Object[].class);

  /**
   * @param capacity rounded up to a power of two
   */
  ManyToOneQueue(int capacity) {
    super(new Object[capacityFor(capacity)]);
    limit = elements.length;
  }

  private static int capacityFor(int wanted) {
    if (wanted < 1 || wanted > 1 << 30) {
      throw new IllegalArgumentException(
          "queueCapacity: " + wanted + ": expected 1 to " + (1 << 30));
    }
    return wanted == 1 ? 1 : Integer.highestOneBit(wanted - 1) << 1;
  }

  /** Puts an element behind the others; false if there is no room for it. From any thread. */
  boolean offer(E element) {
    Objects.requireNonNull(element);
    long end = (long) LIMIT.getAcquire(this);
    long place;
    do {
      place = (long) TAIL.getVolatile(this);
      if (place >= end) {
        end = (long) HEAD.getVolatile(this) + elements.length;
        if (place >= end) {
          return false;
        }
        LIMIT.setRelease(this, end); // an older one of another producer is only asked again sooner
      }
    } while (!TAIL.weakCompareAndSet(this, place, place + 1));
    // Release: what the element refers to is visible before the element is.
    ELEMENT.setRelease(elements, index(place), element);
    return true;
  }

  /** Takes the first element; null if there is none. From the consumer's thread. */
  @SuppressWarnings("unchecked")
  E poll() {
    long place = (long) HEAD.get(this);
    int index = index(place);
    Object element = ELEMENT.getAcquire(elements, index);
    if (element != null) {
      ELEMENT.set(elements, index, null);
      HEAD.setRelease(this, place + 1); // only now may a producer fill the place again
    }
    return (E) element;
  }

  /** Whether nothing is claimed: an element that is about to be filled in counts. */
  boolean isEmpty() {
    return size() == 0;
  }

  /** How many elements have been claimed a place since the beginning. From any thread. */
  long offered() {
    return (long) TAIL.getVolatile(this);
  }

  /** How many have been taken since the beginning. From the consumer's thread. */
  long polled() {
    return (long) HEAD.get(this);
  }

  /** How many elements there are, those about to be filled in included. From any thread. */
  int size() {
    long head = (long) HEAD.getVolatile(this);
    long tail = (long) TAIL.getVolatile(this);
    return (int) Math.max(0, Math.min(tail - head, elements.length));
  }

  /** How many elements there can be. */
  int capacity() {
    return elements.length;
  }

  private int index(long place) {
    return (int) place & (elements.length - 1);
  }
}

/*
 * The fields that threads contend for lie at least two cache lines (the processor fetches them in
 * pairs) from each other. A class's fields are laid out behind its superclass's.
 */

/** What nobody writes. */
abstract class Storage {
  final Object[] elements;

  Storage(Object[] elements) {
    this.elements = elements;
  }
}

/** What lies before the tail. */
@SuppressWarnings("unused") // padding
abstract class BeforeTail extends Storage {
  private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14;

  BeforeTail(Object[] elements) {
    super(elements);
  }
}

/** What the producers write. */
abstract class ProducerSide extends BeforeTail {
  static final VarHandle TAIL = field(ProducerSide.class, "tail");
  static final VarHandle LIMIT = field(ProducerSide.class, "limit");

  /** The place that the next producer claims. */
  long tail;

  /** The place that the queue was found to have room before: no less than the head allows. */
  long limit;

  ProducerSide(Object[] elements) {
    super(elements);
  }

  static VarHandle field(Class<?> owner, String name) {
    try {
      return MethodHandles.lookup().findVarHandle(owner, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}

/** What lies between tail and head. */
@SuppressWarnings("unused") // padding
abstract class BetweenTailAndHead extends ProducerSide {
  private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14;

  BetweenTailAndHead(Object[] elements) {
    super(elements);
  }
}

/** What the consumer writes. */
abstract class ConsumerSide extends BetweenTailAndHead {
  static final VarHandle HEAD = field(ConsumerSide.class, "head");

  /** The place that the consumer looks at next. */
  long head;

  ConsumerSide(Object[] elements) {
    super(elements);
  }
}

/** What lies behind the head. */
@SuppressWarnings("unused") // padding
abstract class BehindHead extends ConsumerSide {
  private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14;

  BehindHead(Object[] elements) {
    super(elements);
  }
}
