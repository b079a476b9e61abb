package io.fastvif.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Frames of all sorts that filters tell apart, each with its number in its last two bytes. */
final class TestFrames {
  private static final HexFormat HEX = HexFormat.of();
  private static final String ONE = "020000000001";
  private static final String TWO = "020000000002";
  private static final List<String> TAGS =
      List.of("", "81000007", "81000008", "88a80007", "88a8000781000008");
  private static final int PCAP_HEADER = 24;
  private static final int RECORD_HEADER = 16;

  private TestFrames() {}

  /** Every sort, between every pair of ends, behind every sort of tag, whole and cut. */
  static List<byte[]> all() {
    List<byte[]> frames = new ArrayList<>();
    for (String tag : TAGS) {
      for (String macs : List.of(ONE + TWO, TWO + ONE, "ffffffffffff" + TWO)) {
        for (String packet : packets()) {
          frames.add(numbered(macs + tag + packet, frames.size()));
        }
      }
    }
    return frames;
  }

  private static byte[] numbered(String hex, int number) {
    return HEX.parseHex(hex + "000000" + String.format("%04x", number));
  }

  private static List<String> packets() {
    List<String> packets = new ArrayList<>();
    List<String> v4 = List.of("c0000201", "c0000202", "0a000001");
    List<String> v6 =
        List.of(
            "20010db8000000000000000000000001",
            "20010db8000000000000000000000002",
            "fe800000000000000000000000000001");
    for (int i = 0; i < 3; i++) {
      String from = v4.get(i);
      String to = v4.get((i + 1) % 3);
      packets.add("0806" + "0001080006040001" + ONE + from + TWO + to);
      packets.add("8035" + "0001080006040003" + ONE + from + TWO + to);
      for (String protocol : List.of("01", "06", "11", "84", "2f")) {
        for (String ports : List.of("00350400", "04000050")) {
          packets.add(
              "0800"
                  + "45000030000000004000".substring(0, 18)
                  + protocol
                  + "0000"
                  + from
                  + to
                  + ports
                  + "00000000");
        }
      }
      // With options, and a later fragment.
      packets.add("0800" + "460000300000000040110000" + from + to + "01010101" + "00350400");
      packets.add("0800" + "450000300000000140110000" + from + to + "00350400");
      String from6 = v6.get(i);
      String to6 = v6.get((i + 1) % 3);
      for (String protocol : List.of("3a", "06", "11", "84")) {
        packets.add("86dd" + "600000000010" + protocol + "40" + from6 + to6 + "00350050");
      }
      packets.add("86dd" + "6000000000102c40" + from6 + to6 + "1100000000000001" + "00350050");
    }
    packets.add("0800" + "45"); // cut
    packets.add("0800" + "4500003000000000401100");
    packets.add("86dd" + "600000000010");
    packets.add("0806" + "00010800");
    packets.add("88cc" + "0207");
    return packets;
  }

  /** The frame in native memory that lives as long as anybody can want it. */
  static long inMemory(byte[] frame) {
    MemorySegment copy = Arena.global().allocate(Math.max(1, frame.length));
    MemorySegment.copy(frame, 0, copy, ValueLayout.JAVA_BYTE, 0, frame.length);
    return copy.address();
  }

  /** A file of the older format, which has nothing but frames. */
  static byte[] pcap(List<byte[]> frames) {
    int size = frames.stream().mapToInt(frame -> RECORD_HEADER + frame.length).sum();
    ByteBuffer out = ByteBuffer.allocate(PCAP_HEADER + size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
    out.putInt(262_144).putInt(1);
    for (byte[] frame : frames) {
      out.putInt(0).putInt(0).putInt(frame.length).putInt(frame.length).put(frame);
    }
    return out.array();
  }

  /** The numbers of the frames in such a file. */
  static List<Integer> numbersOfPcap(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(PCAP_HEADER);
    List<Integer> numbers = new ArrayList<>();
    while (in.remaining() >= RECORD_HEADER) {
      in.getLong();
      int length = in.getInt();
      in.getInt();
      byte[] frame = new byte[length];
      in.get(frame);
      numbers.add(
          ByteBuffer.wrap(Arrays.copyOfRange(frame, length - 2, length)).getShort() & 0xffff);
    }
    return numbers;
  }
}
