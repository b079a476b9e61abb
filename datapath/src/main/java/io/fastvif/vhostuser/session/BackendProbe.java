package io.fastvif.vhostuser.session;

import io.fastvif.bindings.SystemCallException;
import io.fastvif.vhostuser.protocol.DeviceFeature;
import io.fastvif.vhostuser.protocol.ProtocolException;
import io.fastvif.vhostuser.protocol.ProtocolFeature;

/**
 * What a listening backend says of itself. It is asked only what does not change it, so a backend
 * that serves several connections, as fastvif's, may be asked while a guest uses it.
 *
 * @param features the virtio features, as bits
 * @param protocolFeatures the protocol features, as bits; 0 if there are none
 * @param queuePairs how many pairs of rings; 1 if the backend has no MQ
 * @param connectNanos how long it took to connect
 * @param answerNanos how long all answers took together
 */
public record BackendProbe(
    long features, long protocolFeatures, long queuePairs, long connectNanos, long answerNanos) {

  /**
   * Asks a backend.
   *
   * @param path its socket
   * @param timeoutMillis how long to wait for each answer
   * @return what it says
   * @throws SocketException if the path is none
   * @throws SystemCallException if it cannot be connected to: ENOENT, ECONNREFUSED, EACCES
   * @throws ProtocolException if it does not answer in time, or not as a backend does
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
      long pairs = ProtocolFeature.MQ.isIn(protocolFeatures) ? frontend.getQueueNum() : 1;
      long end = System.nanoTime();
      return new BackendProbe(
          features, protocolFeatures, pairs, connected - begin, end - connected);
    }
  }
}
