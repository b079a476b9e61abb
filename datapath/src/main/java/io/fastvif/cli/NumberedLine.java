package io.fastvif.cli;

import io.fastvif.agent.client.JsonView;
import java.io.IOException;

/**
 * A line of an agent's answer on several elements, such as {@code
 * {"element":3,"wrong_input":false,"result":{...}}}.
 *
 * @param number of the element
 * @param isWrong whether the element was not what it must be
 * @param result the JSON as the agent wrote it
 */
record NumberedLine(long number, boolean isWrong, String result) {
  private static final String RESULT = "\"result\":";

  static NumberedLine of(String line) throws IOException {
    JsonView view = JsonView.of(line);
    int start = line.indexOf(RESULT);
    if (!view.at("element").isThere() || start < 0) {
      throw new IOException("the agent answers with a line that says nothing of its number");
    }
    return new NumberedLine(
        view.at("element").number(),
        view.at("wrong_input").isTrue(),
        line.substring(start + RESULT.length(), line.length() - 1));
  }

  /**
   * The number.
   *
   * @param count how many elements there are
   * @throws IOException if there is no such element
   */
  int element(int count) throws IOException {
    if (number < 0 || number >= count) {
      throw new IOException("the agent answers on an element that is none: " + number);
    }
    return (int) number;
  }
}
