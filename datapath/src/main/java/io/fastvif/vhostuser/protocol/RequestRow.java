package io.fastvif.vhostuser.protocol;

/**
 * What a table says of a request: what it and its reply carry, and when it may be made. It is
 * written down where the request is, and not changed afterwards.
 */
public final class RequestRow {
  final Payload payload;
  int leastDescriptors;
  int mostDescriptors;
  Payload replyPayload;
  ProtocolFeature feature;
  boolean offeredIsEnough;
  boolean owns;
  String refusal;

  private RequestRow(Payload payload) {
    this.payload = payload;
  }

  /** A request without descriptors and reply, which may always be made. */
  static RequestRow carrying(Payload payload) {
    return new RequestRow(payload);
  }

  RequestRow descriptors(int least, int most) {
    leastDescriptors = least;
    mostDescriptors = most;
    return this;
  }

  RequestRow reply(Payload form) {
    replyPayload = form;
    return this;
  }

  /** It may be made if the feature was negotiated. */
  RequestRow needs(ProtocolFeature needed) {
    feature = needed;
    return this;
  }

  /** It may be made if the feature was offered. */
  RequestRow needsOffered(ProtocolFeature needed) {
    offeredIsEnough = true;
    return needs(needed);
  }

  /** It changes the device. */
  RequestRow owns() {
    owns = true;
    return this;
  }

  /** Our side does not do it. */
  RequestRow refused(String why) {
    refusal = why;
    return this;
  }
}
