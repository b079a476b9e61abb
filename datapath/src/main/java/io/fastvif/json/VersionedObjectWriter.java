package io.fastvif.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.VersionedObject;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes objects as os-vif's JSON, in the version each of them has. */
public final class VersionedObjectWriter {
  private VersionedObjectWriter() {}

  /**
   * The object on one line.
   *
   * @throws InvalidInputException if a field is set that the object's version does not have
   */
  public static String write(VersionedObject object) {
    return write(object, false, false);
  }

  /**
   * The object on one line, which is the same for objects that say the same: each object's changes
   * are a set, whose order is another in each process of Python's.
   *
   * @throws InvalidInputException if a field is set that the object's version does not have
   */
  public static String writeCanonical(VersionedObject object) {
    return write(object, false, true);
  }

  /**
   * The object indented, for people to read.
   *
   * @throws InvalidInputException if a field is set that the object's version does not have
   */
  public static String writePretty(VersionedObject object) {
    return write(object, true, false);
  }

  private static String write(VersionedObject object, boolean pretty, boolean sorted) {
    StringWriter text = new StringWriter();
    // Not closed on failure: that would make the half-written object look whole.
    try {
      JsonGenerator out = JsonTree.FACTORY.createGenerator(text);
      if (pretty) {
        out.setPrettyPrinter(new DefaultPrettyPrinter());
      }
      if (sorted) {
        PrimitiveForm.sortChanges(out);
      }
      PrimitiveForm.write(out, object);
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string cannot fail to be written
    }
    return text.toString();
  }
}
