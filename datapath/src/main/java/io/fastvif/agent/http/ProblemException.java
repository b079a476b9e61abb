package io.fastvif.agent.http;

/** A request is answered with a problem document. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  /** Makes the exception. */
  public ProblemException(Problem problem) {
    super(problem.detail(), null, false, false); // where it was found helps nobody
    this.problem = problem;
  }

  /** What is answered. */
  public Problem problem() {
    return problem;
  }
}
