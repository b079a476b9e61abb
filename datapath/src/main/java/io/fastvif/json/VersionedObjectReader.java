package io.fastvif.json;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VersionedObject;
import io.fastvif.vif.Vif;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads objects from os-vif's JSON. Any version up to the newest known is taken, and kept in the
 * object. Fields that are not there stay unset: what must be there is for a plugin to say.
 *
 * <p>All methods throw {@link InvalidInputException} if the text is not what it must be.
 */
public final class VersionedObjectReader {
  private VersionedObjectReader() {}

  /** Reads a VIF of any type. */
  public static Vif readVif(String json) {
    return read(json, Vif.class);
  }

  /** Reads a VIF of any type from UTF-8. */
  public static Vif readVif(byte[] json) {
    return as(Vif.class, PrimitiveForm.read(JsonTree.parse(json)));
  }

  /** Reads a VIF of any type from UTF-8, up to the stream's end. The stream stays open. */
  public static Vif readVif(InputStream json) throws IOException {
    return as(Vif.class, PrimitiveForm.read(JsonTree.parse(json)));
  }

  /** Reads an object of any class. */
  public static VersionedObject read(String json) {
    return PrimitiveForm.read(JsonTree.parse(json));
  }

  /** Reads an object that must be of a certain class, or of a subtype of it. */
  public static <T extends VersionedObject> T read(String json, Class<T> type) {
    return as(type, read(json));
  }

  static <T extends VersionedObject> T as(Class<T> type, VersionedObject object) {
    if (!type.isInstance(object)) {
      throw InvalidInputException.ofValue(
          PrimitiveForm.NAME,
          object.objectName(),
          "is an object of another class",
          type.getSimpleName());
    }
    return type.cast(object);
  }
}
