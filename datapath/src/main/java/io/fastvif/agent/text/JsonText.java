package io.fastvif.agent.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** JSON on one line. */
public final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  /** What writes a document. */
  public interface Body {
    /** Writes it. */
    void write(JsonGenerator out) throws IOException;
  }

  /** The document on one line. */
  public static String line(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      body.write(out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string does not fail to be written
    }
    return text.toString();
  }

  /** The text as JSON has it, in quotes. */
  public static String quoted(String text) {
    return line(out -> out.writeString(text));
  }

  /** A member that is an array of texts. */
  public static void strings(JsonGenerator out, String field, List<String> values)
      throws IOException {
    out.writeArrayFieldStart(field);
    for (String value : values) {
      out.writeString(value);
    }
    out.writeEndArray();
  }
}
