package io.fastvif.cli;

import io.fastvif.json.PlugRequest;
import io.fastvif.json.PlugRequests;
import io.fastvif.vif.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A VIF from an input file.
 *
 * @param file where it stands, for messages
 * @param request the VIF, and its instance if the file gives one
 */
record VifInput(String file, PlugRequest request) {

  /**
   * Reads all files; {@code -} is standard input.
   *
   * @throws WrongInputException if one is not what it must be, or cannot be read
   */
  static List<VifInput> read(List<String> files) {
    if (Collections.frequency(files, InputFiles.STANDARD_INPUT) > 1) {
      throw WrongInputException.of("standard input is given twice: expected - once");
    }
    List<VifInput> inputs = new ArrayList<>();
    for (String file : files) {
      String name = file.equals("-") ? "standard input" : file;
      List<PlugRequest> requests;
      try (InputStream in = InputFiles.open(file)) {
        requests = PlugRequests.read(in);
      } catch (InvalidInputException wrong) {
        throw WrongInputException.in(name, wrong);
      } catch (IOException unreadable) {
        throw WrongInputException.unreadable(name, unreadable);
      }
      for (PlugRequest request : requests) {
        inputs.add(new VifInput(name, request));
      }
    }
    return inputs;
  }
}
