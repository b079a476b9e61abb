package io.fastvif.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fastvif.bindings.Namespaces;
import io.fastvif.netlink.route.LinkMessage;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** Runs a test in a namespace of its own, and checks that the host's links are as before. */
final class NamespaceExtension implements InvocationInterceptor, BeforeEachCallback {
  static {
    Children.endWithThis();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (Namespaces.geteuid() != 0) {
      Peer.missing("kernel tests need root");
    }
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> context,
      ExtensionContext extensionContext)
      throws Throwable {
    Set<String> before = links();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (Netns namespace = Netns.createPrivate()) {
      namespace.call(
          () -> {
            try {
              invocation.proceed();
            } catch (Throwable t) {
              failure.set(t);
            }
            return null;
          });
    }
    if (failure.get() != null) {
      throw failure.get();
    }
    assertEquals(before, links(), "links in the host's namespace");
  }

  private static Set<String> links() {
    Set<String> links = new TreeSet<>();
    LinkMessage link = new LinkMessage();
    try (RouteSocket route = RouteSocket.open()) {
      route.dump(
          route.link().dump(false),
          message -> links.add(link.wrap(message).index() + " " + link.name()));
    }
    return links;
  }
}
