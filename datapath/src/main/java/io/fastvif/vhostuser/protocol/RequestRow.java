package io.fastvif.vhostuser.protocol;

/**
 * A row of a request table: what a request and its reply carry, and when it is allowed. Built where
 * the request is declared, and not changed afterwards.
 */
public final class RequestRow {
  final Payload payload;
  int minDescriptors;
  int maxDescriptors;
  Payload replyPayload;
  ProtocolFeature feature;
  boolean offeredIsEnough;
  boolean owns;
  String refusal;

  private RequestRow(Payload payload) {
    this.payload = payload;
  }

  /** A request that is always allowed, without descriptors or a reply. */
  static RequestRow carrying(Payload payload) {
    return new RequestRow(payload);
  }

  RequestRow descriptors(int least, int most) {
    minDescriptors = least;
    maxDescriptors = most;
    return this;
  }

  RequestRow reply(Payload form) {
    replyPayload = form;
    return this;
  }

  /** It is allowed only if the feature was negotiated. */
  RequestRow needs(ProtocolFeature needed) {
    feature = needed;
    return this;
  }

  /** It is allowed if the feature was offered, whether or not the frontend chose it. */
  RequestRow needsOffered(ProtocolFeature needed) {
    offeredIsEnough = true;
    return needs(needed);
  }

  /** It changes the device. */
  RequestRow owns() {
    owns = true;
    return this;
  }

  /** Our side refuses it. */
  RequestRow refused(String why) {
    refusal = why;
    return this;
  }
}
