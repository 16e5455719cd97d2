// Command pause waits until it is told to end, and buries the orphans that it inherits. In a pod it holds the
// namespaces; as the first process of the test cluster's own namespaces it holds all of the cluster, which the kernel
// ends with it; alone in an image it is a container without any shell.
//
// With --until-eof it also ends when its standard input does, and so with whoever holds the other end of that pipe.
package main

import (
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	if len(os.Args) > 1 && os.Args[1] == "--until-eof" {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if pid <= 0 || (err != nil && err != syscall.EINTR) {
				break
			}
		}
	}
}
