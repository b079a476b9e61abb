/**
 * Associates a guest's port with the switch outside the host, and takes that back.
 *
 * <p>By 802.1Qbg the host's station sends the switch VDP messages over ECP. lldpad does both, and
 * takes orders in the form of rtnetlink's link messages, which are sent to its netlink address, its
 * process id in {@code /var/run/lldpad.pid}; what is sent is what libvirt sends. RTM_SETLINK is
 * answered at once with an error number, EPROTONOSUPPORT as long as lldpad and the switch have not
 * agreed on EVB, which is tried again until the time is up. What the switch answered is asked for
 * with RTM_GETLINK, whose answer is a message of the type NLMSG_DONE that has a body. A VSI whose
 * association was taken back disappears from that answer. Tested with two of Debian's lldpad, a
 * station and a bridge, in two namespaces.
 *
 * <p>By 802.1Qbh the device's driver talks to the switch. It is asked by RTM_SETLINK, and its
 * answer is read with RTM_GETLINK. One driver of the kernel knows this, {@code enic}; others refuse
 * with EOPNOTSUPP. There is no such card in the lab: tested are the form of the messages, that the
 * kernel and igb refuse them for that reason, and associating, pre-associating, disassociating and
 * waiting with a driver that is made up.
 *
 * <p>Both are asked again and again, because neither tells by itself: every 100 ms. Nobody waits
 * meanwhile, nor for lldpad's own answers, nor for room among its requests, of which it has little:
 * a {@link io.fastvif.portprofile.PortChange} is looked at now and then. With two real lldpad, 90
 * VSIs that are asked for at once are associated in 18 s, 8 in 2.5 s.
 *
 * <p>May use: {@code bindings}, {@code files}, {@code netlink}, {@code netlink.route}, {@code
 * plan}, {@code trace}.
 */
package io.fastvif.portprofile;
