package io.fastvif.vhostuser.session;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.DeviceKind;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolFeature;

/**
 * What a listening backend offers. The probe asks only what does not change the device, and what
 * was negotiated, so a backend that serves several connections, as fastvif's does, may be probed
 * while a guest uses it. A backend that serves a single connection exits after the probe: see
 * {@link SocketOwner#servesOnce}.
 *
 * @param features the virtio features, as bits
 * @param protocolFeatures the protocol features, as bits; 0 if there are none
 * @param queues how many queues, of a network device pairs of rings; 1 if the backend has no MQ
 * @param connectNanos how long it took to connect
 * @param answerNanos how long all answers took together
 */
public record BackendProbe(
    long features, long protocolFeatures, long queues, long connectNanos, long answerNanos) {

  /**
   * Asks a backend.
   *
   * @param path its socket
   * @param timeoutMillis how long to wait for each answer
   * @return what it says
   * @throws SocketException if the path cannot be a socket's
   * @throws SystemCallException if connecting fails: ENOENT, ECONNREFUSED, EACCES
   * @throws ProtocolException if it does not answer in time, or breaks the protocol
   */
  public static BackendProbe of(String path, long timeoutMillis) {
    long begin = System.nanoTime();
    try (VhostUserFrontend frontend = VhostUserFrontend.connect(path, timeoutMillis)) {
      long connected = System.nanoTime();
      long features = frontend.getFeatures();
      long protocolFeatures =
          DeviceFeature.isIn(features, DeviceFeature.PROTOCOL_FEATURES)
              ? frontend.getProtocolFeatures()
              : 0;
      long queues = 1;
      if (ProtocolFeature.MQ.isIn(protocolFeatures)) {
        frontend.setProtocolFeatures(ProtocolFeature.bits(ProtocolFeature.MQ));
        queues = frontend.getQueueNum();
      }
      long end = System.nanoTime();
      return new BackendProbe(
          features, protocolFeatures, queues, connected - begin, end - connected);
    }
  }

  /**
   * What kind of device it is.
   *
   * @return the kind, by what is offered
   */
  public DeviceKind kind() {
    return DeviceKind.of(features, protocolFeatures);
  }
}
