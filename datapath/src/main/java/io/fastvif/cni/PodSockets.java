package io.fastvif.cni;

import io.fastvif.bindings.FileDescriptor;
import io.fastvif.netlink.route.RouteSocket;
import io.fastvif.netns.Netns;
import java.io.IOException;

/**
 * A pod's namespace, and the sockets there with which an ADD looks at it and sets it up. They are
 * opened together: to go there wakes another thread and waits for it. For one thread at a time.
 */
final class PodSockets implements AutoCloseable {
  private final Netns namespace;
  private RouteSocket route;
  private FileDescriptor announcing;

  /**
   * Nothing is opened before it is needed.
   *
   * @param namespace is closed with this
   */
  PodSockets(Netns namespace) {
    this.namespace = namespace;
  }

  Netns namespace() {
    return namespace;
  }

  /**
   * Opens them.
   *
   * @throws io.fastvif.bindings.SystemCallException if it is no network namespace
   */
  void open() {
    if (route == null) {
      route =
          namespace.visit(
              () -> {
                RouteSocket opened = RouteSocket.open();
                announcing = Announcement.openSocket();
                return opened;
              });
    }
  }

  /**
   * A link of the pod's, for its name.
   *
   * @throws IOException if there is none
   */
  LinkSocket link(String name) throws IOException {
    open();
    return LinkSocket.by(route, name);
  }

  /** By which addresses are announced; null if there is none. */
  FileDescriptor announcing() {
    open();
    return announcing;
  }

  @Override
  public void close() {
    if (announcing != null) {
      // The kernel waits for RCU as it closes one (packet_release in net/packet/af_packet.c).
      WaitingThreads.POOL.execute(announcing::close);
    }
    if (route != null) {
      route.close();
    }
    namespace.close();
  }
}
