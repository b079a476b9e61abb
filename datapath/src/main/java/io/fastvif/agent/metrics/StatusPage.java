package io.fastvif.agent.metrics;

import io.fastvif.agent.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page for an operator's browser: one file, which asks nobody but the agent for anything. Its
 * policy (CSP) lets no script and no style run but those that are in the file, by their digests:
 * what a VIF's name or note would smuggle in does nothing, even if the page failed to escape it.
 *
 * @see <a href="https://www.w3.org/TR/CSP3/">Content Security Policy</a>
 */
final class StatusPage {
  private static final String RESOURCE = "page.html";

  private StatusPage() {}

  /** Read and digested with the first request. */
  private static final class Loaded {
    static final Response RESPONSE = load();
  }

  static Response response() {
    return Loaded.RESPONSE;
  }

  private static Response load() {
    byte[] page;
    try (InputStream file = StatusPage.class.getResourceAsStream(RESOURCE)) {
      page = file.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    String html = new String(page, StandardCharsets.UTF_8);
    String policy =
        "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'; script-src "
            + digest(html, "script")
            + "; style-src "
            + digest(html, "style");
    return Response.of(200, "text/html; charset=utf-8", page)
        .withHeader("content-security-policy", policy)
        .withHeader("referrer-policy", "no-referrer");
  }

  /** The digest of what the page's one such element holds. */
  private static String digest(String html, String element) {
    int begin = html.indexOf("<" + element + ">") + element.length() + 2;
    String inside = html.substring(begin, html.indexOf("</" + element + ">", begin));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(inside.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every Java runtime has it
    }
  }
}
