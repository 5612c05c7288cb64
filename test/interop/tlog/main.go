// The reference for src/tlog/: Go's own transparency log code (golang.org/x/mod/sumdb) and torchwood, unchanged.
//
//	tlogreference vectors        writes test/vectors/tlog/merkle.txt to standard output
//	tlogreference check < JSON   accepts, or refuses with exit status 1, what src/tlog/ made
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: tlogreference vectors | check")
	}
	switch args[0] {
	case "vectors":
		return writeVectors(os.Stdout)
	case "check":
		var made made
		if err := json.NewDecoder(os.Stdin).Decode(&made); err != nil {
			return err
		}
		answer, err := made.check()
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(answer)
	}
	return fmt.Errorf("unknown: %s", args[0])
}
