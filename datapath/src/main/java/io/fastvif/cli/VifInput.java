package io.fastvif.cli;

import io.fastvif.vif.InvalidInputException;
import io.fastvif.vif.json.PlugRequest;
import io.fastvif.vif.json.PlugRequests;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A VIF from an input file.
 *
 * @param place where it stands, for messages: the file, and its number where there are several
 * @param request the VIF, and its instance if the file gives one
 */
record VifInput(String place, PlugRequest request) {

  /**
   * Reads all files; {@code -} is standard input.
   *
   * @throws InvalidInputException if one is not what it must be; the message names the file
   * @throws InputFileException if one cannot be read
   */
  static List<VifInput> read(List<String> files) {
    List<VifInput> inputs = new ArrayList<>();
    for (String file : files) {
      String name = file.equals("-") ? "standard input" : file;
      List<PlugRequest> requests;
      try (InputStream in = file.equals("-") ? System.in : new FileInputStream(file)) {
        requests = PlugRequests.read(in);
      } catch (InvalidInputException wrong) {
        throw wrong.under(name + ": ");
      } catch (IOException unreadable) {
        throw new InputFileException(
            "cannot read " + name + ": " + unreadable.getMessage(), unreadable);
      }
      for (int i = 0; i < requests.size(); i++) {
        inputs.add(
            new VifInput(requests.size() == 1 ? name : name + "[" + i + "]", requests.get(i)));
      }
    }
    return inputs;
  }
}
