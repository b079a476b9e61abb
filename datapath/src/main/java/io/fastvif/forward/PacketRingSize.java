package io.fastvif.forward;

/**
 * How a packet socket's ring is divided (packet_set_ring of net/packet/af_packet.c): into blocks,
 * each a multiple of the page size, and these into frames. Here frames fill their blocks, so that
 * all of the ring's are equally far apart.
 *
 * @param frame bytes of a frame's place, more than the longest frame's
 * @param framesPerBlock how many fill a block
 * @param blocks how many blocks there are
 */
record PacketRingSize(int frame, int framesPerBlock, int blocks) {
  /** A frame of 64 KiB with its headers; a multiple of 4 KiB. */
  private static final int MIN_FRAME = 68 << 10;

  /** The kernel takes a power of two of pages for each block: for larger ones it may have none. */
  private static final int MAX_BLOCK = 256 << 10;

  private static final int FRAMES = 192;

  /**
   * As many frames whatever the pages are; larger ones where a page does not divide 68 KiB.
   *
   * @param page the kernel's page size in bytes, a power of two up to 64 KiB
   */
  static PacketRingSize forPages(int page) {
    int frame = (MIN_FRAME + page - 1) & -page;
    int framesPerBlock = MAX_BLOCK / frame;
    return new PacketRingSize(frame, framesPerBlock, FRAMES / framesPerBlock);
  }

  int block() {
    return framesPerBlock * frame;
  }

  int frames() {
    return blocks * framesPerBlock;
  }

  long bytes() {
    return (long) blocks * block();
  }
}
