package main

import (
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// storage keeps every stored hash of a tree, by index.
type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = s[index]
	}
	return found, nil
}

// countingTree has the entries "0", "1", "2", ...
func countingTree(size int64) (storage, error) {
	var kept storage
	for n := int64(0); n < size; n++ {
		hashes, err := tlog.StoredHashes(n, []byte(strconv.FormatInt(n, 10)), kept)
		if err != nil {
			return nil, err
		}
		kept = append(kept, hashes...)
	}
	return kept, nil
}

// marked are the leaves of the sparse tree that are entries of their own: the index in decimal.
var marked = []int64{3, 1<<31 + 1, 1 << 32, 1<<32 + 1<<31 + 5, 1<<45 + 1<<33 + 1, 1<<53 - 2}

// sparseTree is a tree of any size whose other leaves are all the entry "-", so that its nodes can be computed.
type sparseTree struct{ plain []tlog.Hash }

func newSparseTree() sparseTree {
	plain := []tlog.Hash{tlog.RecordHash([]byte("-"))}
	for level := 1; level < 54; level++ {
		plain = append(plain, tlog.NodeHash(plain[level-1], plain[level-1]))
	}
	return sparseTree{plain}
}

func (t sparseTree) node(level int, n int64) tlog.Hash {
	for _, index := range marked {
		if index>>level != n {
			continue
		}
		if level == 0 {
			return tlog.RecordHash([]byte(strconv.FormatInt(index, 10)))
		}
		return tlog.NodeHash(t.node(level-1, 2*n), t.node(level-1, 2*n+1))
	}
	return t.plain[level]
}

func (t sparseTree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = t.node(tlog.SplitStoredHashIndex(index))
	}
	return found, nil
}
