package io.fastvif.vif;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class FieldTest {
  @Test
  void unsetNullAndSetAreThreeThings() {
    Field<String> unset = Field.unset();
    Field<String> isNull = Field.ofNullable(null);
    Field<String> set = Field.of("x");
    assertNotEquals(unset, isNull);
    assertNotEquals(isNull, set);
    assertNotEquals(unset, set);
    assertFalse(unset.isSet());
    assertTrue(isNull.isSet());
    assertTrue(isNull.isNull());
    assertFalse(isNull.hasValue());
    assertTrue(set.hasValue());
    assertEquals("x", set.get());
    assertEquals("y", unset.orElse("y"));
    assertEquals("y", isNull.orElse("y"));
    assertEquals("x", set.orElse("y"));
  }

  @Test
  void aValueThatIsNotThereIsAnError() {
    assertThrows(NoSuchElementException.class, () -> Field.unset().get());
    assertThrows(NoSuchElementException.class, () -> Field.ofNull().get());
    assertThrows(NullPointerException.class, () -> Field.of(null));
    InvalidInputException unset =
        assertThrows(InvalidInputException.class, () -> Field.unset().require("vif_name"));
    assertEquals("vif_name is not set: expected a value", unset.getMessage());
    InvalidInputException isNull =
        assertThrows(InvalidInputException.class, () -> Field.ofNull().require("vif_name"));
    assertEquals("vif_name is null: expected a value", isNull.getMessage());
    assertEquals("tap0", Field.of("tap0").require("vif_name"));
  }
}
