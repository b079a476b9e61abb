package io.fastvif.agent.http;

/** The methods that routes have. HEAD is answered as GET, without the body. */
public enum Method {
  /** To see something. */
  GET,
  /** To have something be so; done again, it changes nothing. */
  PUT,
  /** To have something done. */
  POST,
  /** To have something gone; done again, it changes nothing. */
  DELETE
}
