package io.fastvif.cni;

/**
 * What a runtime is answered.
 *
 * @param isError whether it is an error object, and the plugin's exit status 1
 * @param text what is printed; empty for nothing
 */
public record CniAnswer(boolean isError, String text) {
  static CniAnswer of(String text) {
    return new CniAnswer(false, text);
  }
}
