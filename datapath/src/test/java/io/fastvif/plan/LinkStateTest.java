package io.fastvif.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.vif.MacAddress;
import io.fastvif.vif.PciAddress;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link LinkState#equals} is written by hand, so that a component might be forgotten. */
class LinkStateTest {
  private static final Map<Class<?>, Object> OTHERS =
      Map.of(
          int.class,
          77,
          boolean.class,
          true,
          String.class,
          "other",
          List.class,
          List.of("other"),
          MacAddress.class,
          new MacAddress(7),
          AddressGeneration.class,
          AddressGeneration.RANDOM,
          LowerLink.class,
          new LowerLink(7, 0, null),
          PciAddress.class,
          PciAddress.parse("0000:03:00.0"));

  private static LinkState link() {
    return LinkState.builder(5, "a", "veth").build();
  }

  @Test
  void everyComponentCounts() throws Exception {
    RecordComponent[] components = LinkState.class.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = components[i].getAccessor().invoke(link());
    }
    Constructor<LinkState> made = LinkState.class.getDeclaredConstructor(types);
    assertEquals(link(), made.newInstance(values));
    assertEquals(link().hashCode(), made.newInstance(values).hashCode());
    for (int i = 0; i < components.length; i++) {
      Object[] changed = values.clone();
      changed[i] = OTHERS.get(types[i]);
      assertTrue(changed[i] != null && !changed[i].equals(values[i]), components[i].getName());
      assertNotEquals(link(), made.newInstance(changed), components[i].getName());
      assertNotEquals(made.newInstance(changed), link(), components[i].getName());
    }
  }
}
