package io.fastvif.plan;

import java.util.function.Consumer;

/**
 * A hash map that hands out versions of itself at no cost: a version is never changed again, and
 * shares with the map all that is not changed after it. Its buckets lie in chunks; the first change
 * after a version copies the array of chunks and the chunk that it is in, later ones only chunks
 * that were not copied yet.
 *
 * <p>For one thread at a time; versions may be read by any.
 */
final class VersionedMap<K, V> {
  private static final int CHUNK_BITS = 6;
  private static final int CHUNK_SIZE = 1 << CHUNK_BITS;
  private static final int CHUNK_MASK = CHUNK_SIZE - 1;

  /** Of the number of buckets, a power of two: growing copies every entry. */
  private static final int GROWTH = 4;

  private Chunk<K, V>[] chunks = newChunks(1);
  private int size;
  private Object owner = new Object();
  private boolean shared;

  /** The value of a key, or null. */
  V get(K key) {
    return get(chunks, key);
  }

  /** How many keys there are. */
  int size() {
    return size;
  }

  /** Sets the value of a key; returns the one it had, or null. */
  V put(K key, V value) {
    if (size >= chunks.length << CHUNK_BITS) {
      grow();
    }
    int bucket = bucket(chunks, key);
    Entry<K, V>[] buckets = ownedBuckets(bucket);
    Entry<K, V> chain = buckets[bucket & CHUNK_MASK];
    Entry<K, V> old = find(chain, key);
    buckets[bucket & CHUNK_MASK] =
        new Entry<>(key, value, old == null ? chain : without(chain, old));
    if (old == null) {
      size++;
      return null;
    }
    return old.value;
  }

  /** Removes a key; returns the value it had, or null. */
  V remove(K key) {
    int bucket = bucket(chunks, key);
    Entry<K, V> old = find(chain(chunks, bucket), key);
    if (old == null) {
      return null;
    }
    Entry<K, V>[] buckets = ownedBuckets(bucket);
    buckets[bucket & CHUNK_MASK] = without(buckets[bucket & CHUNK_MASK], old);
    size--;
    return old.value;
  }

  /** Removes all. */
  void clear() {
    chunks = newChunks(1);
    size = 0;
    shared = false;
  }

  /** What is in the map now. */
  MapVersion<K, V> version() {
    shared = true;
    owner = new Object();
    return new MapVersion<>(chunks, size);
  }

  /** A chain without one of its entries: those before it are made anew. */
  private static <K, V> Entry<K, V> without(Entry<K, V> chain, Entry<K, V> entry) {
    return chain == entry
        ? entry.next
        : new Entry<>(chain.key, chain.value, without(chain.next, entry));
  }

  private Entry<K, V>[] ownedBuckets(int bucket) {
    if (shared) {
      chunks = chunks.clone();
      shared = false;
    }
    int i = bucket >>> CHUNK_BITS;
    Chunk<K, V> chunk = chunks[i];
    if (chunk == null) {
      chunk = new Chunk<>(owner, newBuckets());
      chunks[i] = chunk;
    } else if (chunk.owner != owner) {
      chunk = new Chunk<>(owner, chunk.buckets.clone());
      chunks[i] = chunk;
    }
    return chunk.buckets;
  }

  private void grow() {
    Chunk<K, V>[] small = chunks;
    chunks = newChunks(GROWTH * small.length);
    shared = false;
    for (Chunk<K, V> chunk : small) {
      for (int i = 0; chunk != null && i < CHUNK_SIZE; i++) {
        for (Entry<K, V> entry = chunk.buckets[i]; entry != null; entry = entry.next) {
          int bucket = bucket(chunks, entry.key);
          Entry<K, V>[] buckets = ownedBuckets(bucket);
          buckets[bucket & CHUNK_MASK] =
              new Entry<>(entry.key, entry.value, buckets[bucket & CHUNK_MASK]);
        }
      }
    }
  }

  private static <K, V> V get(Chunk<K, V>[] chunks, K key) {
    Entry<K, V> entry = find(chain(chunks, bucket(chunks, key)), key);
    return entry == null ? null : entry.value;
  }

  private static <K, V> Entry<K, V> chain(Chunk<K, V>[] chunks, int bucket) {
    Chunk<K, V> chunk = chunks[bucket >>> CHUNK_BITS];
    return chunk == null ? null : chunk.buckets[bucket & CHUNK_MASK];
  }

  private static <K, V> Entry<K, V> find(Entry<K, V> chain, K key) {
    Entry<K, V> entry = chain;
    while (entry != null && !entry.key.equals(key)) {
      entry = entry.next;
    }
    return entry;
  }

  private static int bucket(Object[] chunks, Object key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & ((chunks.length << CHUNK_BITS) - 1);
  }

  @SuppressWarnings("unchecked") // an array of a generic type cannot be made otherwise
  private static <K, V> Chunk<K, V>[] newChunks(int count) {
    return (Chunk<K, V>[]) new Chunk<?, ?>[count];
  }

  @SuppressWarnings("unchecked") // as above
  private static <K, V> Entry<K, V>[] newBuckets() {
    return (Entry<K, V>[]) new Entry<?, ?>[CHUNK_SIZE];
  }

  /** The map as it was at some time. */
  static final class MapVersion<K, V> {
    private final Chunk<K, V>[] chunks;
    private final int size;

    private MapVersion(Chunk<K, V>[] chunks, int size) {
      this.chunks = chunks;
      this.size = size;
    }

    /** The value of a key, or null. */
    V get(K key) {
      return VersionedMap.get(chunks, key);
    }

    /** How many keys there were. */
    int size() {
      return size;
    }

    /** Gives every value, in no order. */
    void each(Consumer<? super V> consumer) {
      for (Chunk<K, V> chunk : chunks) {
        for (int i = 0; chunk != null && i < CHUNK_SIZE; i++) {
          for (Entry<K, V> entry = chunk.buckets[i]; entry != null; entry = entry.next) {
            consumer.accept(entry.value);
          }
        }
      }
    }
  }

  /** Some of the buckets; to be changed in place only by the version-to-be that made it. */
  private static final class Chunk<K, V> {
    private final Object owner;
    private final Entry<K, V>[] buckets;

    private Chunk(Object owner, Entry<K, V>[] buckets) {
      this.owner = owner;
      this.buckets = buckets;
    }
  }

  private static final class Entry<K, V> {
    private final K key;
    private final V value;
    private final Entry<K, V> next;

    private Entry(K key, V value, Entry<K, V> next) {
      this.key = key;
      this.value = value;
      this.next = next;
    }
  }
}
