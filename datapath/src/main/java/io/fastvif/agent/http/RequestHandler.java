package io.fastvif.agent.http;

import java.util.concurrent.CompletionStage;

/** Answers the requests of a route. */
public interface RequestHandler {
  /**
   * Begins to answer. What is thrown, and what the stage fails with, becomes a problem document: a
   * {@link ProblemException} says which, an {@link io.fastvif.vif.InvalidInputException} is the
   * caller's fault, anything else the agent's.
   *
   * @return completes with the answer, on any thread
   */
  CompletionStage<Response> handle(ApiRequest request);
}
