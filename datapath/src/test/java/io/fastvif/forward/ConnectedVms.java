package io.fastvif.forward;

/** Two guests with one queue pair each, and a forwarder between them. */
final class ConnectedVms implements AutoCloseable {
  private static final int BUFFER = 2048;

  final VhostUserPort portA = VhostUserPort.toGuest("a", 1);
  final VhostUserPort portB = VhostUserPort.toGuest("b", 1);
  final TestVm a;
  final TestVm b;
  final Forwarder forwarder = Forwarder.start(1, Idle.ADAPTIVE);
  private PortPair pair;

  /**
   * Connects them.
   *
   * @param featuresA what one of them negotiated
   * @param featuresB what the other did
   */
  ConnectedVms(long featuresA, long featuresB) {
    a = new TestVm(portA, featuresA, BUFFER, 1);
    b = new TestVm(portB, featuresB, BUFFER, 1);
    connect();
  }

  void connect() {
    pair = forwarder.connect(portA, portB);
  }

  void disconnect() {
    forwarder.disconnect(pair);
  }

  @Override
  public void close() {
    b.close();
    a.close();
    forwarder.close();
  }
}
