package io.fastvif.agent.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What answers one method of one path.
 *
 * @param method the method
 * @param path begins with a slash; a segment in braces, such as {@code {id}}, stands for any that
 *     is not empty, and as the last one with a star, {@code {id*}}, for one or more
 * @param access what the caller needs to be allowed
 * @param waits whether the handler may wait for the host, a disk or a lock, and so runs on one of
 *     the few threads for that; otherwise it runs on the server's one thread
 * @param handler answers
 */
public record HttpRoute(
    Method method, String path, Access access, boolean waits, RequestHandler handler) {
  /** Checks that nothing is missing. */
  public HttpRoute {
    Objects.requireNonNull(method);
    Objects.requireNonNull(access);
    Objects.requireNonNull(handler);
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("the path of a route begins with a slash: " + path);
    }
  }

  /** Answered at once, without waiting for anything. */
  public static HttpRoute quick(
      Method method, String path, Access access, Function<ApiRequest, Response> answer) {
    return new HttpRoute(method, path, access, false, completed(answer));
  }

  /** Answered by something that waits: it runs on one of the few threads for that. */
  public static HttpRoute waiting(
      Method method, String path, Access access, Function<ApiRequest, Response> answer) {
    return new HttpRoute(method, path, access, true, completed(answer));
  }

  /** Begun at once, without waiting for anything, and answered later. */
  public static HttpRoute later(Method method, String path, Access access, RequestHandler handler) {
    return new HttpRoute(method, path, access, false, handler);
  }

  private static RequestHandler completed(Function<ApiRequest, Response> answer) {
    return request -> CompletableFuture.completedFuture(answer.apply(request));
  }

  /**
   * The values of the segments in braces; null if the path is not the route's.
   *
   * @param own the segments of the route's path
   * @param segments of a request's path, decoded
   */
  static Map<String, String> match(String[] own, List<String> segments) {
    boolean open = own.length > 0 && own[own.length - 1].endsWith("*}");
    if (open ? segments.size() < own.length : segments.size() != own.length) {
      return null;
    }
    Map<String, String> values = Map.of();
    for (int i = 0; i < own.length; i++) {
      String template = own[i];
      if (!template.startsWith("{")) {
        if (!template.equals(segments.get(i))) {
          return null;
        }
        continue;
      }
      boolean rest = template.endsWith("*}");
      String value =
          rest ? String.join("/", segments.subList(i, segments.size())) : segments.get(i);
      if (value.isEmpty()) {
        return null;
      }
      // a route has one at most: no map is made for most of them
      values = Map.of(template.substring(1, template.length() - (rest ? 2 : 1)), value);
    }
    return values;
  }

  /** The segments of its path. */
  String[] segments() {
    return path.equals("/") ? new String[] {""} : path.substring(1).split("/", -1);
  }

  /** The segments of a path, each still as the request spells it. */
  static List<String> split(String path) {
    List<String> segments = new ArrayList<>();
    int start = 1;
    for (int slash = path.indexOf('/', 1); slash >= 0; slash = path.indexOf('/', start)) {
      segments.add(path.substring(start, slash));
      start = slash + 1;
    }
    segments.add(path.substring(start));
    return segments;
  }
}
