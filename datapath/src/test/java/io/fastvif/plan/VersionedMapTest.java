package io.fastvif.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VersionedMapTest {
  private static final int KEYS = 3000;

  /** A key whose hash many share. */
  private record Key(int number) {
    @Override
    public int hashCode() {
      return number / 3;
    }
  }

  @Test
  void versionsStayAsTheyWere() {
    Random random = new Random(1);
    VersionedMap<Key, Integer> map = new VersionedMap<>();
    Map<Key, Integer> model = new HashMap<>();
    List<VersionedMap.MapVersion<Key, Integer>> versions = new ArrayList<>();
    List<Map<Key, Integer>> models = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      Key key = new Key(random.nextInt(KEYS));
      switch (random.nextInt(i < 50_000 ? 5 : 3)) {
        case 0, 1 -> assertEquals(model.remove(key), map.remove(key));
        default -> assertEquals(model.put(key, i), map.put(key, i));
      }
      assertEquals(model.size(), map.size());
      if (i % 5000 == 0 || i % 5000 == 1) {
        versions.add(map.version());
        models.add(new HashMap<>(model));
      }
      if (i == 80_000) {
        map.clear();
        model.clear();
      }
    }
    for (int i = 0; i < versions.size(); i++) {
      assertSame(models.get(i), versions.get(i));
    }
  }

  private static void assertSame(
      Map<Key, Integer> model, VersionedMap.MapVersion<Key, Integer> version) {
    assertEquals(model.size(), version.size());
    for (int number = 0; number < KEYS; number++) {
      Key key = new Key(number);
      assertEquals(model.get(key), version.get(key));
    }
    List<Integer> values = new ArrayList<>();
    version.each(values::add);
    assertEquals(model.values().stream().sorted().toList(), values.stream().sorted().toList());
  }

  @Test
  void missingKeysAreNull() {
    VersionedMap<String, String> map = new VersionedMap<>();
    assertNull(map.get("a"));
    assertNull(map.remove("a"));
    assertNull(map.version().get("a"));
  }
}
