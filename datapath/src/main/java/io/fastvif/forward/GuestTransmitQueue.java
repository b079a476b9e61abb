package io.fastvif.forward;

/** A guest's transmit queue: where its frames come from. */
final class GuestTransmitQueue extends GuestRing {
  GuestTransmitQueue(VhostUserPort port, int index) {
    super(port, index);
  }

  @Override
  boolean deviceWritable() {
    return false;
  }
}
