// libcni drives a list of CNI plugins as container runtimes do, with the library that they use.
//
//	libcni add|check|del|validate LIST PLUGINS CACHE CONTAINER NETNS
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/containernetworking/cni/libcni"
)

func main() {
	if len(os.Args) != 7 {
		fail(fmt.Errorf("expected six arguments"))
	}
	list, err := libcni.ConfListFromFile(os.Args[2])
	if err != nil {
		fail(err)
	}
	cni := libcni.NewCNIConfigWithCacheDir([]string{os.Args[3]}, os.Args[4], nil)
	pod := &libcni.RuntimeConf{ContainerID: os.Args[5], NetNS: os.Args[6], IfName: "eth0"}
	ctx := context.Background()
	switch os.Args[1] {
	case "add":
		result, err := cni.AddNetworkList(ctx, list, pod)
		if err != nil {
			fail(err)
		}
		if err := result.Print(); err != nil {
			fail(err)
		}
	case "check":
		err = cni.CheckNetworkList(ctx, list, pod)
	case "del":
		err = cni.DelNetworkList(ctx, list, pod)
	case "validate":
		_, err = cni.ValidateNetworkList(ctx, list)
	default:
		err = fmt.Errorf("unknown verb %s", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Println(err)
	os.Exit(1)
}
