package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

const largest = 1025

// sparseSizes are sizes of the sparse tree around and far above 2^32.
var sparseSizes = []int64{4, 1<<31 + 2, 1<<32 - 1, 1 << 32, 1<<32 + 1, 1<<32 + 1<<31 + 6, 1<<45 + 1<<33 + 2, 1<<53 - 1}

const heading = `# Trees as golang.org/x/mod/sumdb/tlog makes them; written by test/interop/tlog (tlogreference vectors), not by hand.
# The counting tree has the entries "0", "1", "2", ...; the sparse tree has its marked leaves, and "-" in all other places.
# Hashes are base64. "all" lines have the SHA-256 of the hashes of all proofs of that tree, one proof after the other, and
# "sparse" lines that of one proof.
`

// edgeSizes are 2^k-1, 2^k and 2^k+1 up to the largest.
func edgeSizes() []int64 {
	var sizes []int64
	for power := int64(1); power <= largest; power *= 2 {
		for _, size := range []int64{power - 1, power, power + 1} {
			if size > 0 && size <= largest && (len(sizes) == 0 || size > sizes[len(sizes)-1]) {
				sizes = append(sizes, size)
			}
		}
	}
	return sizes
}

func writeVectors(out io.Writer) error {
	fmt.Fprint(out, heading)
	tree, err := countingTree(largest)
	if err != nil {
		return err
	}
	for size := int64(0); size <= largest; size++ {
		root, err := tlog.TreeHash(size, tree)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "root %d %s\n", size, root)
	}
	for _, size := range edgeSizes() {
		if err := writeAll(out, size, tree); err != nil {
			return err
		}
	}
	for _, size := range edgeSizes() {
		// One proof of each kind in full for every size: what differs can be seen.
		if err := writeProofs(out, "counting", size, size*2/3, tree, inWords); err != nil {
			return err
		}
	}
	return writeLarge(out, tree)
}

func writeLarge(out io.Writer, tree storage) error {
	sparse := newSparseTree()
	for _, size := range sparseSizes {
		root, err := tlog.TreeHash(size, sparse)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "sparse-root %d %s\n", size, root)
		for _, index := range marked {
			if index < size {
				if err := writeProofs(out, "sparse", size, index, sparse, inDigest); err != nil {
					return err
				}
			}
		}
	}
	for _, size := range []int64{1, 255, 256, 257, largest} {
		if err := writeTiles(out, size, tree); err != nil {
			return err
		}
	}
	for _, t := range []tlog.Tile{
		{H: 8, L: 0, N: 999, W: 256}, {H: 8, L: 0, N: 1000, W: 1}, {H: 8, L: 1, N: 1234067, W: 255},
		{H: 8, L: 2, N: 1000000, W: 17}, {H: 8, L: 5, N: 4294967296, W: 256}, {H: 8, L: 63, N: 0, W: 1},
		{H: 8, L: -1, N: 35184372088831, W: 256}, {H: 8, L: -1, N: 7, W: 9},
	} {
		level := fmt.Sprint(t.L)
		if t.L < 0 {
			level = "entries"
		}
		fmt.Fprintf(out, "path %s %d %d %s\n", level, t.N, t.W, torchwood.TilePath(t))
	}
	return nil
}

// writeProofs writes the proof that leaf index is in the tree, and that the tree begins with the first index+1 leaves.
func writeProofs(out io.Writer, name string, size, index int64, tree tlog.HashReader, form func([]tlog.Hash) string) error {
	record, err := tlog.ProveRecord(size, index, tree)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s-inclusion %d %d%s\n", name, index, size, form(record))
	prefix, err := tlog.ProveTree(size, index+1, tree)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s-consistency %d %d%s\n", name, index+1, size, form(prefix))
	return nil
}

func inWords(hashes []tlog.Hash) string {
	var words strings.Builder
	for _, hash := range hashes {
		words.WriteString(" " + hash.String())
	}
	return words.String()
}

func inDigest(hashes []tlog.Hash) string {
	digest := sha256.New()
	for _, hash := range hashes {
		digest.Write(hash[:])
	}
	return " " + base64.StdEncoding.EncodeToString(digest.Sum(nil))
}

func writeAll(out io.Writer, size int64, tree storage) error {
	records, prefixes := sha256.New(), sha256.New()
	for n := int64(0); n < size; n++ {
		record, err := tlog.ProveRecord(size, n, tree)
		if err != nil {
			return err
		}
		prefix, err := tlog.ProveTree(size, n+1, tree)
		if err != nil {
			return err
		}
		for _, hash := range record {
			records.Write(hash[:])
		}
		for _, hash := range prefix {
			prefixes.Write(hash[:])
		}
	}
	fmt.Fprintf(out, "all-inclusion %d %s\n", size, base64.StdEncoding.EncodeToString(records.Sum(nil)))
	fmt.Fprintf(out, "all-consistency %d %s\n", size, base64.StdEncoding.EncodeToString(prefixes.Sum(nil)))
	return nil
}

func writeTiles(out io.Writer, size int64, tree storage) error {
	for _, tile := range tlog.NewTiles(torchwood.TileHeight, 0, size) {
		content, err := tlog.ReadTileData(tile, tree)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(content)
		path := torchwood.TilePath(tile)
		fmt.Fprintf(out, "tile %d %s %s\n", size, path, base64.StdEncoding.EncodeToString(digest[:]))
	}
	return nil
}
