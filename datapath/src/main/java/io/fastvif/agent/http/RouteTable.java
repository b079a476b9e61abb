package io.fastvif.agent.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the route of a request. */
final class RouteTable {
  private final List<Entry> routes = new ArrayList<>();

  /**
   * Makes the table.
   *
   * @throws IllegalArgumentException if two routes have one method and path
   */
  RouteTable(List<HttpRoute> routes) {
    routes.forEach(route -> this.routes.add(new Entry(route, route.segments())));
    for (int i = 0; i < routes.size(); i++) {
      for (int j = 0; j < i; j++) {
        HttpRoute one = routes.get(i);
        if (one.method() == routes.get(j).method() && one.path().equals(routes.get(j).path())) {
          throw new IllegalArgumentException(
              "two routes for " + one.method() + " " + one.path() + ": expected one");
        }
      }
    }
  }

  /** A route, with its path taken apart once. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two
  private record Entry(HttpRoute route, String[] segments) {}

  /**
   * A route for a request, and what its segments in braces stand for.
   *
   * @param route the route
   * @param segments values by name
   */
  record Match(HttpRoute route, Map<String, String> segments) {}

  /**
   * The route of a path.
   *
   * @param segments of the path, decoded
   * @return null if there is none of that method
   */
  Match find(Method method, List<String> segments) {
    for (Entry each : routes) {
      if (each.route().method() == method) {
        Map<String, String> values = HttpRoute.match(each.segments(), segments);
        if (values != null) {
          return new Match(each.route(), values);
        }
      }
    }
    return null;
  }

  /** The methods that a path has, as the header Allow lists them; empty if it has none. */
  String allowed(List<String> segments) {
    Set<Method> methods = EnumSet.noneOf(Method.class);
    for (Entry each : routes) {
      if (HttpRoute.match(each.segments(), segments) != null) {
        methods.add(each.route().method());
      }
    }
    List<String> names = new ArrayList<>();
    methods.forEach(method -> names.add(method.name()));
    if (methods.contains(Method.GET)) {
      names.add("HEAD");
    }
    Collections.sort(names);
    return String.join(", ", names);
  }
}
