// Plugs and unplugs the VIFs of a file (host guest bridge host-address guest-address mtu alias) with
// github.com/vishvananda/netlink. Commands on standard input, answers in JSON on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
)

type vif struct {
	host, guest               string
	bridge                    int
	hostAddress, guestAddress net.HardwareAddr
	mtu                       int
}

var handle *netlink.Handle

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) (vifs []vif) {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	bridges := map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		words := strings.Split(lines.Text(), "\t")
		if _, known := bridges[words[2]]; !known {
			bridge, err := handle.LinkByName(words[2])
			check(err)
			bridges[words[2]] = bridge.Attrs().Index
		}
		hostAddress, err := net.ParseMAC(words[3])
		check(err)
		guestAddress, err := net.ParseMAC(words[4])
		check(err)
		mtu, err := strconv.Atoi(words[5])
		check(err)
		vifs = append(vifs, vif{words[0], words[1], bridges[words[2]], hostAddress, guestAddress, mtu})
	}
	return vifs
}

func plug(vifs []vif) {
	for _, one := range vifs {
		attributes := netlink.NewLinkAttrs()
		attributes.Name = one.host
		attributes.MTU = one.mtu
		attributes.HardwareAddr = one.hostAddress
		attributes.MasterIndex = one.bridge
		attributes.Flags = net.FlagUp
		check(handle.LinkAdd(&netlink.Veth{
			LinkAttrs: attributes, PeerName: one.guest, PeerHardwareAddr: one.guestAddress}))
		guest, err := handle.LinkByName(one.guest)
		check(err)
		check(handle.LinkSetUp(guest))
	}
}

func unplug(vifs []vif) {
	for _, one := range vifs {
		attributes := netlink.NewLinkAttrs()
		attributes.Name = one.host
		check(handle.LinkDel(&netlink.Veth{LinkAttrs: attributes}))
	}
}

// Plugs one VIF each interval, or as soon as the one before is done if that is later.
func latencies(vifs []vif, interval time.Duration) (nanos []int64) {
	start := time.Now()
	for i := range vifs {
		time.Sleep(time.Until(start.Add(time.Duration(i) * interval)))
		begun := time.Now()
		plug(vifs[i : i+1])
		nanos = append(nanos, time.Since(begun).Nanoseconds())
	}
	return nanos
}

func main() {
	var err error
	handle, err = netlink.NewHandle()
	check(err)
	vifs := read(os.Args[1])
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var word string
		var from, to int
		var interval int64
		fmt.Sscan(lines.Text(), &word, &from, &to, &interval)
		if from < 0 || to > len(vifs) || from > to {
			check(fmt.Errorf("not a range of VIFs: %s", lines.Text()))
		}
		var nanos []int64
		begun := time.Now()
		switch word {
		case "plug":
			plug(vifs[from:to])
			nanos = []int64{time.Since(begun).Nanoseconds()}
		case "unplug":
			unplug(vifs[from:to])
			nanos = []int64{time.Since(begun).Nanoseconds()}
		case "latency":
			nanos = latencies(vifs[from:to], time.Duration(interval))
		default:
			check(fmt.Errorf("not a command: %s", lines.Text()))
		}
		check(json.NewEncoder(os.Stdout).Encode(map[string][]int64{"nanos": nanos}))
	}
}
