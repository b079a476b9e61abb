package io.fastvif.agent.http;

/** Told of each request whose answer is known, for those who count them. */
public interface RequestObserver {
  /**
   * The answer is known. Called on the server's thread, and must not block.
   *
   * @param method one that the server knows, otherwise {@code other}
   * @param route the route's path, with its names in braces; without a route {@code other}
   * @param status of the answer
   * @param nanos since the request's head had come; the time that the caller takes to read the
   *     answer is not in it
   */
  void answered(String method, String route, int status, long nanos);
}
