package io.fastvif.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.vif.Version;
import io.fastvif.vif.VersionedObject;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects of every class in every version, with random fields unset, null and set. */
class RandomObjectsTest {
  private static final int PER_VERSION = 50;

  private final RandomObjects random = new RandomObjects(7);

  static List<String> classes() {
    return ObjectSchemas.NAMES;
  }

  @ParameterizedTest
  @MethodSource("classes")
  void writingThenReadingGivesAnEqualObject(String name) {
    ObjectSchema<?, ?> schema = ObjectSchemas.of(name);
    assertEquals(name, schema.name());
    for (int minor = 0; minor <= schema.current().minor(); minor++) {
      for (int i = 0; i < PER_VERSION; i++) {
        VersionedObject object = random.object(name, new Version(1, minor));
        String json = VersionedObjectWriter.write(object);
        assertEquals(object, VersionedObjectReader.read(json), json);
      }
    }
  }
}
