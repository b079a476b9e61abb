package io.fastvif.plugin.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fastvif.netns.Netns;
import io.fastvif.testing.KernelTest;
import io.fastvif.testing.Peer;
import io.fastvif.vif.Vif;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;

/** Frames between VIFs on one bridge of the userspace datapath. */
class OvsTrafficTest {
  @TempDir Path folder;

  /** A guest: a namespace with one end of a veth pair, whose other end is the VIF's device. */
  private static Netns guest(OvsTestBed bed, int number) throws Exception {
    Netns guest = Netns.createPrivate();
    bed.run("ip", "link add tap" + number + " type veth peer name eth0 netns " + path(guest));
    bed.run("ip", "link set tap" + number + " up");
    guest.call(
        () -> {
          Peer ip = Peer.require("ip", "iproute2");
          ip.run("address add 192.0.2." + number + "/24 dev eth0");
          return ip.run("link set eth0 up");
        });
    return guest;
  }

  private static String path(Netns namespace) {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.descriptor();
  }

  /** Whether one guest finds the other: its ARP request goes there, and the answer comes back. */
  private static boolean reaches(Netns from, int to) throws Exception {
    return from.call(
        () -> {
          Peer ip = Peer.require("ip", "iproute2");
          ip.run("neighbour flush dev eth0");
          long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
          try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(
                new DatagramPacket(
                    new byte[1],
                    1,
                    InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) to}),
                    9));
          }
          String state = "";
          while (!state.matches("(?s).*(REACHABLE|DELAY|FAILED).*")) {
            assertTrue(System.nanoTime() < deadline, state);
            LockSupport.parkNanos(10_000_000);
            state = ip.run("neighbour show 192.0.2." + to);
          }
          return !state.contains("FAILED");
        });
  }

  @KernelTest
  void vifsOnOneBridgeReachEachOtherButNotAnIsolatedOne() throws Exception {
    try (OvsTestBed bed = new OvsTestBed(folder, "default_qos_type=", "wait_for=vswitchd");
        Netns one = guest(bed, 1);
        Netns two = guest(bed, 2);
        Netns three = guest(bed, 3)) {
      for (Vif vif : new Vif[] {OvsVifs.created(1), OvsVifs.created(2)}) {
        assertNull(bed.plug(vif).getFirst().failure());
      }
      assertTrue(reaches(one, 2));
      assertTrue(reaches(two, 1));
      bed.option("isolate_vif", "true");
      assertNull(bed.plug(OvsVifs.created(3)).getFirst().failure());
      assertEquals("4095\n", bed.host().vsctl("get Port tap3 tag"));
      assertEquals("trunk\n", bed.host().vsctl("get Port tap3 vlan_mode"));
      assertFalse(reaches(one, 3));
      assertFalse(reaches(three, 2));
      // A port that is there keeps what it has: it may have its VLAN by now.
      bed.change("clear Port tap3 tag trunks vlan_mode");
      assertNull(bed.plug(OvsVifs.created(3)).getFirst().failure());
      assertTrue(reaches(one, 3));
    }
  }
}
